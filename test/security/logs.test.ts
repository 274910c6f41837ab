import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { stdoutDecisions } from '../../lib/aws/decisions.ts';
import { functionLog } from '../../lib/aws/logger.ts';
import { defineTier } from '../../lib/index.ts';
import { context, deploy, envelope, eventOf, record } from '../aws-handler/harness.ts';
import { started } from '../support/started.ts';
import { byHand } from './letters.ts';

const SECRET = 'kari.nordmann@example.com';
const Person = z.object({ email: z.string(), age: z.number().max(130) });

/** A tier that answers, gives up, or throws, by what it is sent. */
const tierWith = (extra: object = {}) =>
  defineTier({
    name: 'first',
    input: Person,
    objects: { photo: {} },
    output: z.object({ echo: z.string(), sure: z.number() }),
    predict: ({ data, attempt }) => {
      if (data.age === 1) throw new Error('the model server is away');
      return { echo: `${data.email} ${attempt}`, sure: data.age / 100 };
    },
    satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
    exhausted: 'deadLetter',
    ...extra,
  });

/** Everything that a function writes about messages that hold the secret, whatever became of them. */
async function written(extra: object): Promise<string> {
  const lines: unknown[] = [];
  const write = (...line: readonly unknown[]): unknown => lines.push(line);
  const log = functionLog({ application: 'shop', tier: 'first' }, async () => ({ warn: write, error: write }) as never);
  const { handler, decisions, metrics, cloud } = await deploy({ tiers: [tierWith(extra)], log });
  onTestFinished(() => cloud.close());
  const photo = await cloud.objects.put('objects/f/photo', Buffer.from(SECRET));
  const person = (age: unknown, more: object = {}): string =>
    JSON.stringify(envelope(1, { email: SECRET, age }, { objects: { photo }, fair: 'shop', ...more }));
  const bodies = [
    person(90),
    person(10),
    person(1),
    person(200),
    person('old'),
    person(90, { objects: {} }),
    person(90, { deadline: 1 }),
    person(90, { kind: 'answer', signal: { output: SECRET, tier: 't', version: 'v' } }),
    `${SECRET} is no JSON`,
    `{"v":1,"data":"${SECRET}"}`,
  ];
  await handler(eventOf(...bodies.map((body, i) => record('first', i, body))), context());
  const ends = new Set(decisions.map(({ decision }) => decision));
  expect([...ends].sort()).toEqual(['accepted', 'expired', 'failed', 'retried']);
  expect(decisions).toHaveLength(bodies.length);
  return JSON.stringify([decisions, metrics, lines]);
}

test('neither decision log, function log nor metrics hold a payload, whatever becomes of a message', async () => {
  expect(await written({})).not.toContain(SECRET);
});

test('where capture asks for payloads, the decision log has them', async () => {
  expect(await written({ capture: 1 })).toContain(SECRET);
});

test('a flow id with new lines forges no record, in the durable folder and on standard output', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-security-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const flow = 'f\n{"v":1,"flow":"victim","decision":"failed"}\r\u2028';
  const cascade = await started({ dir, tiers: [tierWith({ objects: {} })] });
  await cascade.put('first', byHand({ flow, data: { email: SECRET, age: 90 } }));
  await cascade.drain();
  const file = readFileSync(join(dir, 'decisions/000001.ndjson'), 'utf8');
  const lines = file.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).flow)).toEqual([flow]);
  expect(await cascade.cloud.decisions.flow('victim')).toEqual([]);

  const texts: string[] = [];
  const sink = {
    write(text: string, done: () => void) {
      texts.push(text);
      done();
    },
  };
  await stdoutDecisions(sink).write(cascade.records);
  expect(texts.join('').trimEnd().split('\n')).toHaveLength(1);
});

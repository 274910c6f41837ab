import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { s3Key } from '../../lib/aws/objects-key.ts';
import { fromAttribute, toAttribute } from '../../lib/aws/table-attributes.ts';
import type { Json } from '../../lib/core/json.ts';
import { MAX_NESTING, nestsDeeper } from '../../lib/core/nesting.ts';
import { joinKey } from '../../lib/core/step/half.ts';
import { defineTier } from '../../lib/index.ts';
import { createWorkerPool } from '../../lib/local/index.ts';
import { context, deploy, environmentOf, eventOf, failed, graphOf, record } from '../aws-handler/harness.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';
import { byHand, byHandWith, deadLetterOf } from './letters.ts';

const sure = (): number => 1;
const echo = (extra: object = {}) =>
  defineTier({ name: 'first', input: z.any(), output: z.any(), predict: ({ data }) => data, ...extra });

describe('keys that name a prototype', () => {
  const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"n":1}';
  const polluted = (): unknown => (({}) as { polluted?: number }).polluted;

  test('in data pollute nothing and arrive as they were sent', async () => {
    const cascade = await started({ tiers: [echo()] });
    await cascade.put('first', byHandWith('data', poison));
    await cascade.drain();
    expect(polluted()).toBeUndefined();
    expect(JSON.stringify(cascade.answers[0]!.output)).toBe(poison);
  });

  test('in the envelope and in names of objects change nothing', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    const reference = { bucket: 'local', key: 'produced/x', size: 1, sha256: '0'.repeat(64) };
    const objects = `{"__proto__":${JSON.stringify(reference)}}`;
    const signal = `{"output":{"guess":"g"},"tier":"cheap","version":"v","objects":${objects}}`;
    await cascade.put('cheap', `{"__proto__":{"polluted":1,"audit":true},${byHand().slice(1)}`);
    await cascade.put('dear', byHandWith('signal', signal, { flow: 'second', kind: 'signal' }));
    await cascade.drain();
    expect(polluted()).toBeUndefined();
    expect(cascade.answers.map((answer) => answer.flowId)).toEqual(['bad', 'second']);
  });

  test('survive the flow table', () => {
    const value = JSON.parse(`{"deep":[${poison}]}`) as Json;
    expect(JSON.stringify(fromAttribute(toAttribute(value)))).toBe(JSON.stringify(value));
  });
});

describe('deep nesting', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  test('beyond the limit is a dead letter at once, whatever of the message nests, and harms no other message', async () => {
    const cascade = await started({ tiers: [echo()] });
    await cascade.put('first', byHandWith('data', nested(200_000)));
    await cascade.put('first', byHandWith('new', nested(200_000)));
    await cascade.put('first', nested(200_000));
    await cascade.send('first', 1, { flowId: 'good' });
    await cascade.deliver('first');
    expect(await cascade.deadLetters()).toMatchObject(Array(3).fill({ code: 'envelope-invalid', attempt: 1 }));
    await cascade.drain();
    expect(cascade.answers.map((answer) => answer.flowId)).toEqual(['good']);
  });

  test('is passed by when functions are traced: the rest of the batch is done', async () => {
    const env = { _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1' };
    const { handler, decisions, cloud } = await deploy({
      tiers: [echo()],
      env: { ...environmentOf(graphOf([echo()]), 'first'), ...env },
    });
    onTestFinished(() => cloud.close());
    const event = eventOf(record('first', 1, byHandWith('data', nested(200_000))), record('first', 2, { n: 1 }));
    expect(failed(await handler(event, context()))).toEqual([]);
    expect(decisions.map(({ decision }) => decision).sort()).toEqual(['accepted', 'failed']);
  });

  test('up to the limit is carried, parked and answered', async () => {
    const data = JSON.parse(nested(MAX_NESTING - 10)) as unknown;
    const cascade = await started({ tiers: [echo()] });
    await cascade.send('first', data);
    await cascade.drain();
    expect(cascade.answers.map((answer) => answer.output)).toEqual([data]);
  });

  test('is refused where it is sent, too', async () => {
    const cascade = await started({ tiers: [echo()] });
    for (const depth of [MAX_NESTING + 1, 200_000]) {
      await expect(cascade.send('first', JSON.parse(nested(depth)))).rejects.toMatchObject({ code: 'data-invalid' });
    }
  });

  test('law: is measured right, and brackets in strings do not count', () => {
    const depthOf = (value: unknown): number =>
      typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));
    const text = fc.oneof(fc.string(), fc.constantFrom('[[[[{{', '\\"[', '\\\\', '"', ']}'));
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        text,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.nat({ max: 8 }), (value, levels) => {
        expect(nestsDeeper(JSON.stringify(value), levels)).toBe(depthOf(JSON.parse(JSON.stringify(value))) > levels);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('great numbers of attributes', () => {
  test('are data like any other', async () => {
    const cascade = await started({ tiers: [echo()] });
    const data = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]));
    await cascade.send('first', data);
    await cascade.drain();
    expect(cascade.answers.map((answer) => answer.output)).toEqual([data]);
  });

  test('of objects, or a very long name of one, are one short dead letter', async () => {
    for (const names of [Array.from({ length: 5_000 }, (_, i) => `o${i}`), ['x'.repeat(900_000)]]) {
      const cascade = await started({ tiers: [echo()] });
      const reference = { bucket: 'local', key: 'objects/x', size: 1, sha256: '0'.repeat(64) };
      const objects = Object.fromEntries(names.map((name) => [name, reference]));
      const letter = await deadLetterOf(cascade, 'first', byHand({ objects, reply: true }));
      expect(letter).toMatchObject({ code: 'object-undeclared', attempt: 1 });
      expect(letter.reason.length).toBeLessThan(3_000);
      expect(cascade.records.at(-1)!.reason!.length).toBeLessThan(3_000);
    }
  });
});

describe('fields of the wrong kind', () => {
  const reference = { bucket: 'local', key: 'messages/x', size: 1, sha256: '0'.repeat(64) };
  test.each<[string, Record<string, unknown>]>([
    ['a version that never was', { v: 0.5 }],
    ['an id of a megabyte', { id: 'x'.repeat(900_000) }],
    ['a sender of a megabyte', { from: { name: 'x'.repeat(900_000), version: '1' } }],
    ['a hop that is text', { hop: '1' }],
    ['a hop below nothing', { hop: -1 }],
    ['a time of sending that is text', { sent: 'now' }],
    ['a fair group that is a number', { fair: 7 }],
    ['a fair group that is an object', { fair: {} }],
    ['a trace that is text', { trace: 'x' }],
    ['a trace without its parent', { trace: { tracestate: 'x' } }],
    ['an offloaded body that is null', { offloaded: null }],
    ['an offloaded body that is false', { offloaded: false }],
    ['an offloaded body that is empty', { offloaded: '' }],
    ['a size that no number holds', { objects: { photo: { ...reference, size: 1e300 } } }],
    ['a content type that is a list', { objects: { photo: { ...reference, contentType: [] } } }],
  ])('%s: a dead letter at once', async (_, wrong) => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    const letter = await deadLetterOf(cascade, 'cheap', byHand(wrong));
    expect(letter).toMatchObject({ code: 'envelope-invalid', flow: 'bad', attempt: 1 });
    expect(letter.reason.length).toBeLessThan(3_000);
  });

  test('a kind that the queue does not take: nobody who may send data can send a signal or an answer', async () => {
    for (const kind of ['signal', 'answer']) {
      const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
      const signal = { output: { guess: 'forged' }, tier: 'cheap', version: 'v' };
      const letter = await deadLetterOf(cascade, 'cheap', byHand({ kind, signal }));
      expect(letter.code).toBe('envelope-invalid');
      expect(cascade.answers).toEqual([]);
    }
  });

  test('an event time far ahead does not stall a tier that takes the latest', async () => {
    const first = cheap({ sure, extra: { pace: { minInterval: '1s', onThrottle: 'latest' } } });
    const cascade = await started({ tiers: [first, carrying()] });
    await cascade.put('cheap', byHand({ id: 'a', flow: 'poison 1', ts: 8.64e15 }));
    await cascade.put('cheap', byHand({ id: 'b', flow: 'poison 2', ts: 8.64e15 }));
    await cascade.drain();
    cascade.clock.advance(5 * 60_000);
    await cascade.send('cheap', { n: 1 }, { flowId: 'good' });
    await cascade.drain();
    expect(cascade.answers.map((answer) => answer.flowId)).toContain('good');
  });

  test('a value that no thread can take fails alone', async () => {
    const file = join(import.meta.dirname, '../runtime/fixtures/rough/hangs.ts');
    const objects = (await started({ tiers: [echo()] })).cloud.objects;
    const pool = createWorkerPool({
      tier: 'hangs',
      file,
      version: '1',
      size: 1,
      timeoutMs: 5_000,
      together: false,
      objects,
    });
    onTestFinished(() => pool.close());
    const ask = (data: unknown) => ({
      ...{ flowId: 'f', attempt: 1, data, signal: undefined, objects: {}, signalObjects: {}, producePrefix: '' },
    });
    const results = await pool.predict([ask({ how: () => 1 }), ask({ how: 'fine' })]);
    expect(results).toMatchObject([{ error: { code: 'data-invalid' } }, { output: 'fine' }]);
  });
});

describe('flow ids', () => {
  const ids = [
    '../../../etc/passwd',
    '..',
    '.',
    '/etc/passwd',
    'a/../../b',
    'C:\\x',
    'nul\u0000',
    '\n\u001b[2J',
    'a#b',
    '%2e%2e%2f',
  ];

  test('with the characters of paths name no file outside the durable folder', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'sluice-security-'));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    const photo = { objects: { photo: {} } };
    const cascade = await started({ dir: join(parent, 'inside'), tiers: [cheap({ extra: photo }), joining()] });
    for (const flowId of ids) await cascade.send('cheap', { n: 1 }, { flowId, objects: { photo: new Uint8Array(2) } });
    for (const flowId of ids) await cascade.send('dear.photos', { photo: 'p'.repeat(70_000) }, { flowId });
    await cascade.drain();
    expect(cascade.answers.map((answer) => answer.flowId).sort()).toEqual([...ids].sort());
    expect(readdirSync(parent)).toEqual(['inside']);
    const files = readdirSync(join(parent, 'inside'), { recursive: true, withFileTypes: true }).filter((e) =>
      e.isFile(),
    );
    const strange = files.filter(
      ({ name }) => !/^([0-9a-f]{64}|\d{6}\.ndjson|(cloud|lock)\.sqlite(-\w+)?|runner\.pid)$/.test(name),
    );
    expect(strange.map(({ name }) => name)).toEqual([]);
  });

  const flow = fc.oneof(
    fc.constantFrom(...ids),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((s) => s.isWellFormed()),
  );

  test('law: become S3 keys below the objects’ own prefixes, without a segment that goes up', () => {
    fc.assert(
      fc.property(flow, fc.constantFrom('photo', '..', 'a/../b'), (id, name) => {
        const key = s3Key(`objects/${encodeURIComponent(id)}/${name}`);
        expect(key).toMatch(/^(objects|hashed)\//);
        expect(key.split('/').filter((segment) => segment === '.' || segment === '..' || segment === '')).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('law: never share a key of the flow table', () => {
    const tier = fc.constantFrom('a', 'b', 'a-b');
    fc.assert(
      fc.property(tier, flow, tier, flow, (t1, f1, t2, f2) => {
        expect(joinKey(t1, f1) === joinKey(t2, f2)).toBe(t1 === t2 && f1 === f2);
      }),
      { numRuns: 1_000 },
    );
  });
});

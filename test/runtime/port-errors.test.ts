import { expect, test } from 'vitest';
import * as z from 'zod';
import { SluiceError } from '../../lib/index.ts';
import { envelope } from '../aws-handler/harness.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

const anything = z.any();
const GONE = { queue: 'dear', fix: 'Deploy it again.' } as const;

test.each([
  ['that says it will pass', new SluiceError('queue-unknown', 'it is gone', { ...GONE, retry: 'always' })],
  ['that does not say', new SluiceError('queue-unknown', 'it is gone', GONE)],
])('an error of a port %s keeps its words, and its flow comes back', async (_, error) => {
  let down = true;
  const cascade = await started({
    tiers: [cheap(), carrying({ retry: { maxAttempts: 1 } })],
    wrap: (cloud) => ({
      ...cloud,
      queue: (name) => {
        const queue = cloud.queue(name);
        const send: typeof queue.send = async (messages) => (down ? messages.map(() => error) : queue.send(messages));
        return name === 'dear' ? { ...queue, send } : queue;
      },
    }),
  });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.deliver('cheap');
  expect(cascade.records).toMatchObject([{ decision: 'retried', code: 'queue-unknown' }]);
  expect(cascade.records[0]!.reason).toMatch(/^it is gone \(.*queue "dear"\)\n {2}→ Deploy it again\.$/);
  down = false;
  await cascade.drain();
  expect(cascade.answers.map(({ flowId }) => flowId)).toEqual(['f']);
});

test('a signal without data, at a tier that carries, says that the tiers were deployed apart', async () => {
  const cascade = await started({ tiers: [cheap(), carrying()] });
  const signal = { output: { guess: 'g', sure: 0 }, tier: 'cheap', version: '1' };
  const from = { name: 'cheap', version: '1' };
  await cascade.put('dear', JSON.stringify(envelope(1, undefined, { kind: 'signal', from, signal })));
  await cascade.deliver('dear');
  const [letter] = await cascade.deadLetters();
  expect(letter).toMatchObject({ code: 'envelope-invalid', flow: 'f1' });
  expect(letter!.reason).toMatch(/^tier "cheap" sent a signal without data .*\n {2}→ .*send the flow again\.$/);
});

test('data that is nothing, where the schema lets it be, is carried all the same', async () => {
  const first = cheap({ extra: { input: anything, predict: () => ({ guess: 'g', sure: 0 }) } });
  const last = carrying({ predict: ({ data }: { data: unknown }) => ({ guess: String(data) }) });
  const cascade = await started({ tiers: [first, last] });
  await cascade.send('cheap', undefined, { flowId: 'f' });
  await cascade.drain();
  expect(cascade.answers.map(({ output }) => output)).toEqual([{ guess: 'undefined' }]);
});

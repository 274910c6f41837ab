import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectControl } from '../../lib/index.ts';
import { testCascade } from '../support/cascade.ts';
import { happenings, type Level, level, Output, play, reader } from './again-play.ts';

const KEYS = ['p/a', 'p/b', 'c'];
const HAPPENS = { data: KEYS, settable: ['p/a', 'p/*', '*'], deletes: 2, applies: 4 };

test('whatever the order, over several instances: the newest data of each key is decided with what counts for it in the end, be it a wildcard’s', async () => {
  await fc.assert(
    fc.asyncProperty(happenings(HAPPENS), async (events) => {
      const cascade = await testCascade({ tiers: [reader], controls: [level] });
      try {
        const sentAt = await play(cascade, events);
        const levels = connectControl<Level>('level', { cloud: cascade.cloud });
        const outputs = cascade.answers.map(({ id, flowId, output }) => ({ id, flowId, ...Output.parse(output) }));
        // An id means one output, however often it is sent.
        const byId = new Map(outputs.map((output) => [output.id, output]));
        for (const output of outputs) expect(output).toEqual(byId.get(output.id));
        for (const key of KEYS) {
          const own = [...byId.values()].filter((output) => output.key === key).sort((a, b) => a.nth - b.nth);
          if (own.length === 0) continue;
          const newest = Math.max(...own.map(({ flowId }) => sentAt.get(flowId)!));
          let counts = 'nothing';
          for (const one of key === 'p/a' ? ['*', 'p/*', 'p/a'] : key === 'p/b' ? ['*', 'p/*'] : ['*']) {
            counts = (await levels.get(one))?.value ?? counts;
          }
          // Of data of one event time any may be the newest; the last thing said of one of them is what counts.
          const last = own.filter(({ flowId }) => sentAt.get(flowId) === newest).map((output) => output.level);
          expect(last).toContain(counts);
          if (new Set(own.filter(({ flowId }) => sentAt.get(flowId) === newest).map((o) => o.flowId)).size === 1)
            expect(last.at(-1)).toBe(counts);
        }
        expect(await cascade.deadLetters()).toEqual([]);
      } finally {
        await cascade.close();
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});

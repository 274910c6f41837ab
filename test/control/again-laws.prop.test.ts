import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectControl } from '../../lib/index.ts';
import { testCascade } from '../support/cascade.ts';
import { happenings, type Level, level, Output, play, reader } from './again-play.ts';

const KEYS = ['a', 'b'];
const HAPPENS = { data: KEYS, settable: KEYS, deletes: 1, applies: 3 };

test('whatever the order, over several instances: the newest data of each key is decided with what counts in the end, once for a version', async () => {
  await fc.assert(
    fc.asyncProperty(happenings(HAPPENS), async (events) => {
      const cascade = await testCascade({ tiers: [reader], controls: [level] });
      try {
        const sentAt = await play(cascade, events);
        const levels = connectControl<Level>('level', { cloud: cascade.cloud });
        const outputs = cascade.answers.map(({ id, flowId, output, controls }) => ({
          id,
          flowId,
          ...Output.parse(output),
          version: controls!.level!,
        }));
        // An id means one output, however often it is sent.
        const byId = new Map(outputs.map((output) => [output.id, output]));
        for (const output of outputs) expect(output).toEqual(byId.get(output.id));
        for (const key of KEYS) {
          const own = [...byId.values()].filter((output) => output.key === key).sort((a, b) => a.nth - b.nth);
          const newest = Math.max(...own.map(({ flowId }) => sentAt.get(flowId)!));
          const newestOnes = own.filter(({ flowId }) => sentAt.get(flowId) === newest);
          const counts = (await levels.get(key))?.version ?? 0;
          if (own.length > 0) expect(newestOnes.map(({ version }) => version)).toContain(counts);
          // What a flow said first it said by itself; each time after that a version was applied.
          const again = own.filter((output, i) => own.findIndex(({ flowId }) => flowId === output.flowId) < i);
          const versions = again.map(({ version }) => version);
          expect(versions.filter((version) => version > 0)).toEqual([...new Set(versions)].filter((v) => v > 0));
          const deleted = events.some((one) => 'delete' in one && one.delete === key);
          for (const [i, { nth }] of deleted ? [] : again.entries()) {
            const after = own.filter((output) => output.nth > nth).map(({ version }) => version);
            expect(Math.min(versions[i]!, ...after)).toBe(versions[i]);
          }
        }
        expect(await cascade.deadLetters()).toEqual([]);
      } finally {
        await cascade.close();
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});

import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { model } from '../../lib/index.ts';
import { testCascade } from '../support/cascade.ts';
import { instanceOf } from './instances.ts';
import { set, times } from './times.ts';

/** Turns of the event loop in which a model beside the one that serves is loaded. */
async function meanwhile(turns: number): Promise<void> {
  for (let i = 0; i < turns; i += 1) await setImmediate();
}

test('law: models that change midstream, bad ones among them: each output is of the version it names, no instance goes back, none is lost', async () => {
  const text: fc.Arbitrary<string> = fc.oneof(
    fc.integer({ min: 2, max: 9 }).map(String),
    fc.constantFrom('throws', 'no number', 'Infinity'),
  );
  const event = fc.oneof(
    fc.record({ text, hash: fc.boolean() }),
    fc.record({ at: fc.nat(1), flows: fc.integer({ min: 1, max: 3 }), turns: fc.nat(6) }),
    fc.record({ at: fc.nat(1), flows: fc.integer({ min: 1, max: 3 }), turns: fc.nat(6) }),
    fc.record({ wait: fc.constantFrom(2_500, 5_000) }),
  );
  let swaps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 40 }), async (events) => {
      const cascade = await testCascade({ tiers: [times()], controls: [model], timed: true });
      const instances = [0, 1].map(() => instanceOf(cascade));
      /** The factor of each version; version 0 is the tier's own, and bad ones have none. */
      const factors: (number | undefined)[] = [1];
      const serving = [0, 0];
      let sent = 0;
      for (const one of events) {
        if ('wait' in one) cascade.clock.advance(one.wait);
        else if ('text' in one) {
          const isGood = one.hash && Number.isFinite(Number(one.text));
          await set(cascade, one.text, factors.length, one.hash ? {} : { sha256: '0'.repeat(64) });
          factors.push(isGood ? Number(one.text) : undefined);
        } else {
          const flows = Array.from({ length: one.flows }, () => `flow-${++sent}`);
          for (const flowId of flows) await cascade.send('times', { n: 1 }, { flowId });
          await instances[one.at]!.deliver();
          await meanwhile(one.turns);
          const records = cascade.records.filter(({ flow }) => flows.some((own) => own === flow));
          const versions = new Set(records.map(({ controls }) => controls?.model ?? 0));
          // A batch has one model.
          expect([records.length, versions.size]).toEqual([one.flows, 1]);
          const [version] = versions;
          expect(version).toBeGreaterThanOrEqual(serving[one.at]!);
          serving[one.at] = version!;
        }
      }
      await cascade.drain();
      expect(cascade.answers).toHaveLength(sent);
      for (const { output, controls } of cascade.answers) {
        expect((output as { product: number }).product).toBe(factors[controls?.model ?? 0]);
      }
      expect(await cascade.deadLetters()).toEqual([]);
      swaps += cascade.records.filter(({ decision }) => decision === 'swapped').length;
      await cascade.close();
    }),
    { numRuns: 50 },
  );
  expect(swaps).toBeGreaterThan(0);
});

import { parseArgs } from 'node:util';
import * as z from 'zod';
import { defineTier, tier } from '../../lib/index.ts';
import { check } from '../../lib/testing/index.ts';

/**
 * Worlds per second of the simulator: two tiers, of which the second carries, 20 flows in a world, a third of them escalated.
 * `node --conditions=sluice-source test/bench/simulator.ts [--seeds 1000] [--json]`
 */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false } },
});
const count = Number(values.seeds);
const FLOWS = 20;

const Text = z.object({ text: z.string(), sure: z.number() });
const Label = z.object({ by: z.string(), sure: z.number() });
const small = defineTier({
  name: 'small',
  input: Text,
  output: Label,
  predict: ({ data }) => ({ by: 'small', sure: data.sure }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
});
const large = defineTier({
  name: 'large',
  input: tier<{ default: typeof small }>('small'),
  output: Label,
  predict: () => ({ by: 'large', sure: 1 }),
});

interface Speed {
  readonly faults: 'none' | 'some';
  readonly worlds: number;
  readonly violations: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

async function speed(faults: Speed['faults']): Promise<Speed> {
  const worlds = (from: number, count: number) =>
    check({
      tiers: [small, large],
      seeds: { from, count },
      flows: FLOWS,
      faults,
      input: ({ id, index }) => ({
        entry: 'small',
        flowId: id,
        data: { text: `flow ${index}`, sure: index % 3 === 0 ? 0.2 : 0.9 },
      }),
    });
  await worlds(1_000_000, 1_500);
  const [before, started] = [process.cpuUsage(), performance.now()];
  const { violations } = await worlds(1, count);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1_000;
  const rate = (s: number): number => Math.round(count / s);
  return { faults, worlds: count, violations, perSecond: rate(seconds), perCpuSecond: rate((user + system) / 1e6) };
}

const speeds = [await speed('none'), await speed('some')];
if (values.json) console.log(JSON.stringify(speeds));
else {
  for (const { faults, worlds, violations, perSecond, perCpuSecond } of speeds) {
    const what = faults === 'none' ? 'without faults' : 'with the usual faults';
    console.log(
      `${what}: ${perSecond} worlds of ${FLOWS} flows a second, ${perCpuSecond} a second of CPU (${worlds} worlds, ${violations} broken)`,
    );
  }
}

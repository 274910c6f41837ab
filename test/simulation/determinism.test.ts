import { expect, test } from 'vitest';
import { deploymentOf } from '../../lib/testing/application.ts';
import { FAULTS, someFaults } from '../../lib/testing/faults.ts';
import { sendsOf } from '../../lib/testing/input.ts';
import { drawsFor } from '../../lib/testing/random.ts';
import { sendInput } from '../../lib/testing/send-input.ts';
import { simulateInside } from '../../lib/testing/simulate.ts';
import { fiveTierFlow, fiveTiers } from './five-tiers.ts';

const deployment = await deploymentOf({ tiers: fiveTiers });
const FLOWS = [0, 1, 2, 3, 4, 5];

async function world(seed: number, faults = someFaults(seed), only?: ReadonlySet<string>) {
  const simulation = simulateInside(deployment, { seed, faults }, only ? { only } : {});
  for (const { send, atMs } of await sendsOf(fiveTierFlow, seed, FLOWS, simulation.now)) {
    if (atMs > simulation.now) await simulation.advance(`${atMs - simulation.now}ms`);
    await sendInput(simulation, send);
  }
  await simulation.end();
  return simulation;
}

test('one seed, one trace: byte for byte, whatever ran in between', async () => {
  for (let seed = 1; seed <= 15; seed += 1) {
    const first = await world(seed);
    await world(seed + 1_000);
    const second = await world(seed);
    expect(second.trace()).toBe(first.trace());
    expect(JSON.stringify(second.decisions())).toBe(JSON.stringify(first.decisions()));
  }
});

test('two seeds, two traces', async () => {
  expect((await world(1, FAULTS)).trace()).not.toBe((await world(2, FAULTS)).trace());
});

test('the faults that happened, asked for again, happen again', async () => {
  const first = await world(7, FAULTS);
  expect(first.faults().length).toBeGreaterThan(0);
  const second = await world(7, FAULTS, new Set(first.faults()));
  expect(second.trace()).toBe(first.trace());
  expect((await world(7, FAULTS, new Set())).faults()).toEqual([]);
});

test('a choice left out for one purpose shifts none of another', () => {
  const alone = drawsFor(5, 'a');
  const beside = drawsFor(5, 'a');
  const other = drawsFor(5, 'b');
  const seen = Array.from({ length: 50 }, () => {
    other.next();
    return beside.next();
  });
  expect(seen).toEqual(Array.from({ length: 50 }, () => alone.next()));
  expect(new Set(seen).size).toBe(50);
});

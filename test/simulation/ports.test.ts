import { expect, test } from 'vitest';
import { type Backend, conformance, runConformance } from '../../lib/conformance/index.ts';
import type { QueueSpec } from '../../lib/core/plan.ts';
import { atOnce, cloudOver } from '../../lib/testing/cloud-over.ts';
import { createWorld } from '../../lib/testing/world.ts';

/** A world's cloud as the conformance suite asks for it: its queues are there from the beginning, so there are many. */
function simulated(): Backend {
  const times = { visibilityMs: 30_000, retentionMs: 86_400_000 };
  const queues: QueueSpec[] = [];
  for (let i = 0; i < 100; i += 1) {
    queues.push({ name: `plain-${i}`, ...times }, { name: `letters-${i}`, ...times });
    for (let receives = 1; receives <= 5; receives += 1) {
      const deadLetters = `letters-${i}`;
      queues.push({ name: `limited-${receives}-${i}`, ...times, maxReceives: receives, deadLetters });
    }
  }
  const start = Date.UTC(2026, 0, 1);
  const world = createWorld({ seed: 1, start, queues, rates: {}, faultsMs: 0, onFact: () => undefined });
  const clock = { now: () => Math.floor(world.schedule.now()), sleep: async () => undefined };
  const cloud = cloudOver(world, 'test', atOnce, clock);
  let made = 0;
  return {
    name: 'simulated',
    cloud,
    async queue({ maxReceives }) {
      made += 1;
      if (maxReceives === undefined) return { queue: cloud.queue(`plain-${made}`) };
      const queue = cloud.queue(`limited-${maxReceives}-${made}`);
      return { queue, deadLetters: cloud.queue(`letters-${made}`) };
    },
    sleep: async (ms) => world.schedule.pass(world.schedule.now() + ms),
    known: { 'wakes a receiver that waits': 'nobody waits in virtual time: a fleet is woken by the message itself' },
  };
}

test('the cloud of a world keeps the contract of every port', { timeout: 60_000 }, async () => {
  const results = await runConformance(simulated());
  expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(results.filter(({ status }) => status === 'difference')).toHaveLength(1);
  expect(results).toHaveLength(conformance().length);
});

import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Backend, conformance, runConformance } from '../../lib/conformance/index.ts';
import { outsideChecks } from '../../lib/conformance/outside.ts';
import { openCloud } from '../../lib/local/cloud.ts';
import { fakeClock, folder, MODES } from '../local/helpers.ts';

async function embedded(mode: string): Promise<Backend> {
  const clock = fakeClock();
  const cloud = await openCloud({ dir: mode === 'durable' ? folder() : mode, clock });
  onTestFinished(() => cloud.close());
  return {
    name: `embedded (${mode})`,
    cloud,
    async queue({ maxReceives }) {
      const name = `q-${randomUUID()}`;
      const times = { visibilityMs: 30_000, retentionMs: 86_400_000 };
      if (maxReceives === undefined) {
        cloud.declare([{ name, ...times }]);
        return { queue: cloud.queue(name) };
      }
      const deadLetters = `${name}.dlq`;
      cloud.declare([
        { name, ...times, maxReceives, deadLetters },
        { name: deadLetters, ...times },
      ]);
      return { queue: cloud.queue(name), deadLetters: cloud.queue(deadLetters) };
    },
    sleep: (ms) => clock.advance(ms),
    known: {},
  };
}

describe.each(MODES)('the embedded cloud (%s)', (mode) => {
  test('keeps the contract of every port', { timeout: 60_000 }, async () => {
    const results = await runConformance(await embedded(mode));
    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(results).toHaveLength(conformance().length);
    // Nobody can reach past its ports.
    expect(results.filter(({ status }) => status === 'skipped')).toHaveLength(outsideChecks.length);
  });
});

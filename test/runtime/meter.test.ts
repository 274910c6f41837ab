import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunks } from '../../lib/aws/chunks.ts';
import { readUnits, requestsFor, writeUnits } from '../../lib/core/billed.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import { connect, type DecisionRecord } from '../../lib/index.ts';
import { countCalls, openCloud, startCascade } from '../../lib/local/index.ts';
import { cheap, joining } from '../support/tiers.ts';

const KIB = 1_024;

describe('units', () => {
  test('requests are those of the batches that are really sent, 64 KiB each', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_024 * KIB }), { maxLength: 60 }), (sizes) => {
        const batches = chunks(sizes, { entries: 10, bytes: 1_024 * KIB }, (size) => size);
        const billed = batches.map((batch) => Math.max(1, Math.ceil(batch.reduce((a, b) => a + b) / (64 * KIB))));
        expect(requestsFor(sizes)).toBe(billed.reduce((a, b) => a + b, 0));
      }),
    );
  });

  test('an item is billed by the KiB written and by four KiB read, and its absence as one', () => {
    expect(writeUnits('flow', undefined)).toBe(1);
    expect(readUnits('flow', undefined)).toBe(1);
    expect(writeUnits('flow', { data: 'x'.repeat(2_500) })).toBe(3);
    expect(readUnits('flow', { data: 'x'.repeat(2_500) })).toBe(1);
    expect(readUnits('flow', { data: { text: 'x'.repeat(9_000) } })).toBe(3);
  });
});

describe('a run', () => {
  test('records carry all that was used, in shares whose sum is what was counted', async () => {
    const tiers = [cheap({ sure: (n) => n }), joining()] as readonly unknown[] as readonly TierDefinition[];
    const graph = buildGraph(
      'counted',
      tiers.map((definition) => ({ file: `${definition.name}.ts`, version: '1', definition })),
    );
    const records: DecisionRecord[] = [];
    const opened = await openCloud({ dir: ':memory:', onDecisions: (some) => void records.push(...some) });
    const { cloud, calls } = countCalls(opened);
    const application = { name: 'counted', dir: '', graph, files: new Map<string, string>() };
    const answers: unknown[] = [];
    const cascade = await startCascade({ application, cloud, onAnswer: (answer) => void answers.push(answer) });
    const data = connect('cheap', { cloud });
    const photos = connect('dear.photos', { cloud });
    const flows = 40;
    const escalated = 10;
    for (let n = 0; n < flows; n += 1) {
      const flowId = `f${n}`;
      await data.send({ n: n < escalated ? 0 : 1 }, { flowId });
      if (n < escalated) await photos.send({ photo: 'p'.repeat(100) }, { flowId });
    }
    await cascade.settled();
    await cascade.stop();
    await cloud.close();

    const sum = (unit: keyof NonNullable<DecisionRecord['billed']>): number =>
      records.reduce((total, { billed }) => total + (billed?.[unit] ?? 0), 0);
    expect(answers).toHaveLength(flows);
    // Items of this size are one unit each, so units are calls.
    expect(sum('writes') + sum('reads')).toBeCloseTo(calls.table, 3);
    expect(calls.table).toBe(4 * escalated);
    expect(sum('puts') + sum('gets')).toBe(0);
    expect(sum('ms')).toBe(0);
    const messages = 2 * flows + 2 * escalated;
    const invocations = sum('invocations');
    expect(invocations).toBeLessThanOrEqual(messages);
    expect(invocations).toBeCloseTo(Math.round(invocations), 3);
    // An invocation of up to ten small messages: one receive, one delete, and sends to one queue or two.
    expect(sum('requests')).toBeGreaterThan(2 * invocations);
    expect(sum('requests')).toBeLessThanOrEqual(4 * invocations);
  });
});

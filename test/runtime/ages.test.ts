import { describe, expect, test } from 'vitest';
import { checkup } from '../../lib/runtime/checkup/checkup.ts';
import type { QueueFacts } from '../../lib/runtime/checkup/facts.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { carrying, cheap } from '../support/tiers.ts';

/* What a checkup says of messages that wait, to the minute. */

const graph = graphOf([cheap(), carrying()]);
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const found = (changes: Readonly<Record<string, Partial<QueueFacts>>>) => {
  const queues = graph.queues.map((spec) => ({
    ...spec,
    depth: { ready: 0, delayed: 0, inFlight: 0 },
    ...changes[spec.name],
  }));
  const facts = { queues, expires: true, versions: undefined, running: undefined };
  return checkup({ graph, facts, before: undefined, at: ' --dir there' });
};
const busy = (ready: number) => ({ depth: { ready, delayed: 0, inFlight: 0 } });

describe('a checkup of ages', () => {
  test.each<[number, string | undefined]>([
    [15 * MINUTE, undefined],
    [15 * MINUTE + 1, '15 min'],
    [2 * HOUR - 1, '119 min'],
    [2 * HOUR, '2 hours'],
    [2 * DAY - 1, '47 hours'],
    [2 * DAY, '2 days'],
    [4 * DAY - 1, '3 days'],
  ])('of a message that has waited %d ms says %s', (oldestMs, says) => {
    const problem = `the oldest message in dear has been waiting for ${says}`;
    const fix =
      'It fails again and again, or the tier is too slow: npx sluice flow <its flow> --dir there; raise maxConcurrency or batch.size of dear.';
    const finding = { severity: 'warning', code: 'old-messages', tier: 'dear', queue: 'dear', problem, fix };
    expect(found({ dear: { oldestMs } })).toEqual(says === undefined ? [] : [finding]);
  });

  test('says nothing of answers that nobody is to take, and of letters that have time', () => {
    expect(found({ answers: { oldestMs: DAY } })).toEqual([]);
    expect(found({ 'dear.dlq': { oldestMs: 11 * DAY - 1, retentionMs: 14 * DAY } })).toEqual([]);
    expect(found({ 'dear.dlq': { oldestMs: 14 * DAY, retentionMs: undefined as never } })).toEqual([]);
    expect(found({ dear: busy(9_999) })).toEqual([]);
  });

  test.each<[number, string]>([
    [11 * DAY, 'is 11 days old, and is deleted in 3 days'],
    [14 * DAY - 1, 'is 13 days old, and is deleted in 1 min'],
    [15 * DAY, 'is 15 days old, and is deleted in 1 min'],
  ])('of a letter of %d ms says when it goes', (oldestMs, says) => {
    expect(found({ 'dear.dlq': { oldestMs, retentionMs: 14 * DAY } })).toEqual([
      {
        severity: 'error',
        code: 'dead-letters-expiring',
        tier: 'dear',
        queue: 'dear.dlq',
        problem: `the oldest dead letter of dear ${says}`,
        fix: 'Redrive it now, or keep a copy: npx sluice dlq ls --tier dear --dir there --json; npx sluice dlq redrive --tier dear --dir there',
      },
    ]);
  });

  test('begins with the worst', () => {
    const queues = {
      cheap: { ...busy(10_000), oldestMs: DAY },
      'dear.dlq': { oldestMs: DAY * 13, retentionMs: DAY * 14 },
    };
    expect(found(queues).map(({ severity, code }) => [severity, code])).toEqual([
      ['error', 'dead-letters-expiring'],
      ['warning', 'old-messages'],
      ['note', 'deep-queue'],
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { readDecisions, redecide } from '../../lib/index.ts';
import { linesOf, logOf } from '../decision-log/logs.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

/** What a score is decided as, at a threshold of 0.5. */
const scored = async (score: (n: number) => unknown, ns: readonly number[] = [1]): Promise<TestCascade> => {
  const satisfied = { score: ({ data }: { data: { n: number } }) => score(data.n), atLeast: 0.5 };
  const cascade = await started({
    tiers: [cheap({ extra: { satisfied, retry: { maxAttempts: 2 } } }), carrying()],
  });
  for (const n of ns) await cascade.send('cheap', { n }, { flowId: `f${n}` });
  await cascade.drain();
  return cascade;
};

describe('satisfied, if and only if the score reaches the threshold', () => {
  test.each([
    ['equal', 0.5, 'cheap'],
    ['the next number below', 0.5 - Number.EPSILON / 4, 'dear'],
    ['the next number above', 0.5 + Number.EPSILON / 2, 'cheap'],
    ['nothing', -0, 'dear'],
    ['certain', Number.POSITIVE_INFINITY, 'cheap'],
    ['certain of the contrary', Number.NEGATIVE_INFINITY, 'dear'],
  ])('%s', async (_, score, answeredBy) => {
    const cascade = await scored(() => score);
    expect(cascade.answers.map(({ tier }) => tier)).toEqual([answeredBy]);
  });

  test.each([[Number.NaN], [undefined], [null], ['0.9'], [true]])('%s is no score', async (score) => {
    const cascade = await scored(() => score);
    expect(cascade.answers).toEqual([]);
    expect(await cascade.deadLetters()).toMatchObject([{ code: 'score-invalid', flow: 'f1', attempt: 2 }]);
  });
});

test('a score without bounds is a number in the answer, and in the log that is read again', async () => {
  const scores = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.7];
  const cascade = await scored((n) => scores[n], [0, 1, 2]);
  expect(cascade.answers.find(({ flowId }) => flowId === 'f0')!.score).toBe(Number.MAX_VALUE);
  const log = logOf([linesOf(cascade.records)]);
  const read: unknown[] = [];
  const reading = readDecisions(log);
  for await (const { tier, flow, decision, score } of reading) if (tier === 'cheap') read.push([flow, decision, score]);
  expect(read).toEqual([
    ['f0', 'accepted', Number.MAX_VALUE],
    ['f1', 'escalated', -Number.MAX_VALUE],
    ['f2', 'accepted', 0.7],
  ]);
  const { tiers } = await redecide(log, { with: { cheap: 0.8 } });
  expect(tiers).toMatchObject([{ tier: 'cheap', scored: 3, woken: 1, spared: 0 }, { tier: 'dear' }]);
});

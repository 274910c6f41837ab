import { describe, expect, test } from 'vitest';
import { type FlowChange, type LogProblem, redecide } from '../../lib/index.ts';
import type { RedecideLogOptions } from '../../lib/runtime/log/redecide.ts';
import { linesOf, logOf, verdictRecord } from './logs.ts';

const to = (queue: string) => [{ id: 'x', to: queue }];
const escalated = (flow: string, score: number) =>
  verdictRecord({ flow, decision: 'escalated', score, threshold: 0.9, out: to('deep') });
const deep = (flow: string) => verdictRecord({ flow, tier: 'deep', score: 0.5, threshold: 0.25 });

/** What deciding again says, and what it tells meanwhile. */
async function told(log: Parameters<typeof redecide>[0], options: RedecideLogOptions = {}) {
  const problems: LogProblem[] = [];
  const changes: FlowChange[] = [];
  const onProblem = (problem: LogProblem): void => void problems.push(problem);
  const result = await redecide(log, { ...options, onProblem, onChange: (change) => changes.push(change) });
  return { result, problems, changes };
}

test.each([
  [{ wiht: { thumb: 1 } }, 'redecide has no option "wiht"'],
  [{ with: { thumb: Number.NaN } }, 'redecide: with.thumb is NaN and must be a number'],
  [{ with: { thumb: '0.9' } }, 'redecide: with.thumb is "0.9" and must be a number'],
])('a log is not decided again with %j', async (options, message) => {
  await expect(redecide(logOf([]), options as RedecideLogOptions)).rejects.toThrow(message);
});

describe('deciding a log again', () => {
  test('tells each flow that takes another way once, where it does', async () => {
    const { threshold: _, ...unlimited } = verdictRecord({ flow: 'c', score: 0.5 });
    const records = [
      deep('a'),
      escalated('a', 0.75),
      escalated('a', 0.75),
      escalated('b', 0.25),
      deep('b'),
      verdictRecord({ flow: 'p', decision: 'parked' }),
      unlimited,
      verdictRecord({ flow: 'd', decision: 'dropped', reason: 'the data gate dropped it' }),
    ];
    const { result, changes } = await told(logOf([linesOf(records)], 100), { with: { thumb: 0.625, deep: 1 } });
    expect(changes).toEqual([
      { flow: 'a', tier: 'thumb', score: 0.75, threshold: 0.9, change: 'spared' },
      { flow: 'b', tier: 'deep', score: 0.5, threshold: 0.25, change: 'woken' },
      { flow: 'c', tier: 'thumb', score: 0.5, threshold: undefined, change: 'woken' },
    ]);
    expect(result).toMatchObject({ records: 8, verdicts: 5, duplicates: 1, changed: 3 });
    // Where nobody asks, the same is counted without a further reading.
    expect(await redecide(logOf([linesOf(records)]), { with: { thumb: 0.625, deep: 1 } })).toEqual(result);
  });

  test('looks for what comes again in the window it is given, for changes too', async () => {
    const records = [escalated('a', 0.5), escalated('b', 0.5), escalated('c', 0.5), escalated('a', 0.5)];
    const flows = async (window?: number) => {
      const { changes } = await told(logOf([linesOf(records)]), { with: { thumb: 0 }, ...(window && { window }) });
      return changes.map(({ flow }) => flow).join('');
    };
    expect([await flows(), await flows(1), await flows(3)]).toEqual(['abc', 'abca', 'abc']);
  });

  test('tells of each line that is no record once, where it lies, however often it reads', async () => {
    const long = `{"level":"info","text":"${'x'.repeat(300)}"}`;
    const good = linesOf([deep('a'), escalated('a', 0.5)]);
    const files = [`${good}{"v":1,\n\n \n${long}\n${good}{"v":2`, `${good}7`, linesOf([verdictRecord({ flow: 'b' })])];
    const at = Buffer.byteLength(good);
    for (const chunk of [65_536, 50]) {
      for (const keep of [0, 10]) {
        const { result, problems } = await told(logOf(files, chunk), { with: { thumb: 0 }, keep });
        expect(problems).toEqual([
          { problem: 'broken', file: '0.ndjson', offset: at, text: '{"v":1,' },
          { problem: 'foreign', file: '0.ndjson', offset: at + 11, text: long.slice(0, 200) },
          { problem: 'cut', file: '0.ndjson', offset: 2 * at + 12 + long.length, text: '{"v":2' },
          { problem: 'foreign', file: '1.ndjson', offset: at, text: '7' },
        ]);
        expect(result).toMatchObject({
          records: 7,
          verdicts: 3,
          problems: { cut: 1, broken: 1, foreign: 2, version: 0 },
        });
      }
    }
    // Nobody has to hear of them.
    expect(await redecide(logOf(files))).toMatchObject({ records: 7, verdicts: 3 });
  });

  test('of a living log reads no further than it read at first', async () => {
    const chunks = [deep('a'), escalated('a', 0.5), deep('b'), escalated('b', 0.5)].map((one) =>
      Buffer.from(linesOf([one])),
    );
    let readings = 0;
    const pulled = [0, 0, 0];
    const log = {
      async *files() {
        const reading = readings;
        readings += 1;
        const file = (name: string, some: readonly Buffer[]) => ({
          name,
          async *bytes() {
            for (const chunk of some) {
              pulled[reading]! += 1;
              yield chunk;
            }
          },
        });
        yield file('1', chunks.slice(0, reading === 0 ? 2 : 4));
        if (reading > 0) yield file('2', chunks);
      },
    };
    const result = await redecide(log, { with: { thumb: 0 }, keep: 0 });
    expect(result).toMatchObject({ records: 2, verdicts: 2, changed: 1 });
    expect(result.tiers.map(({ tier, now }) => [tier, now.flows])).toEqual([
      ['thumb', 1],
      ['deep', 0],
    ]);
    // One piece of each file shows that it goes on.
    expect(pulled).toEqual([2, 4, 0]);
  });

  test('of a living log reads a line that was not whole then as far as it was', async () => {
    const begun = linesOf([deep('a'), escalated('a', 0.5), deep('b')]);
    let readings = 0;
    const log = {
      async *files() {
        readings += 1;
        yield* logOf([readings === 1 ? begun.slice(0, -1) : `${begun.slice(0, -1)}7\n${linesOf([deep('a')])}`]).files();
      },
    };
    expect(await redecide(log, { with: { thumb: 0 }, keep: 0 })).toMatchObject({
      records: 3,
      verdicts: 3,
      tiers: [{ now: { flows: 1 } }, { now: { flows: 1 } }],
    });
    expect(readings).toBe(2);
  });
});

import { expect, test } from 'vitest';
import {
  type Backend,
  type Check,
  conformance,
  conformanceSummary,
  conformanceTable,
  type RunOptions,
  runConformance,
} from '../../lib/conformance/index.ts';
import { openCloud } from '../../lib/local/cloud.ts';
import { KNOWN } from './known.ts';

const check = (name: string, run: Check['run']): Check => ({ port: 'queue', name, run });
const fails = async (): Promise<never> => {
  throw new Error('a | b\nc');
};
const backend = async (known: Readonly<Record<string, string>>): Promise<Backend> => ({
  name: 'half',
  cloud: await openCloud({ dir: ':memory:' }),
  queue: () => Promise.reject(new Error('no queue')),
  sleep: async () => undefined,
  known,
});

test('a failure that is known is a difference, one that takes too long a failure', async () => {
  const checks = [
    check('slow', () => new Promise(() => undefined)),
    check('wrong', fails),
    check('different', fails),
    check('right', async () => 'kept'),
    check('nothing to ask', async () => 'skipped'),
  ];
  const seen: string[] = [];
  const results = await runConformance(await backend({ different: 'It is small.' }), {
    ...{ checks, concurrency: 2, timeoutMs: 20 },
    onResult: ({ name }) => seen.push(name),
  });
  expect(seen.sort()).toEqual(['different', 'nothing to ask', 'right', 'slow', 'wrong']);
  expect(conformanceSummary('half', results)).toBe(
    'half: 1 of 4 checks pass, 1 known differences, 2 failures, 1 skipped',
  );
  expect(conformanceTable(results).split('\n').slice(2)).toEqual([
    '| queue | slow | fail | it took longer than 20 ms |',
    '| queue | wrong | fail | a \\| b c |',
    '| queue | different | difference | It is small. |',
    '| queue | right | pass |  |',
    '| queue | nothing to ask | skipped |  |',
  ]);
});

test('a difference of a check that does not exist is refused', async () => {
  await expect(runConformance(await backend({ 'no such check': 'why' }))).rejects.toMatchObject({
    code: 'option-invalid',
    message: expect.stringContaining('half knows of a check "no such check", which there is not'),
  });
});

test.each([
  [{ concurency: 2 }, 'runConformance has no option "concurency"'],
  // No check at a time would be no check at all, and no failure.
  [{ concurrency: 0 }, 'runConformance: concurrency is 0 and must be'],
  [{ timeoutMs: Number.NaN }, 'runConformance: timeoutMs is NaN and must be'],
])('checks are not run with %j', async (options, message) => {
  await expect(runConformance(await backend({}), options as RunOptions)).rejects.toThrow(message);
});

test('every difference of an emulator is one of a check', () => {
  const names = new Set(conformance().map(({ name }) => name));
  const known = Object.values(KNOWN).flatMap((differences) => Object.keys(differences));
  expect(known.filter((name) => !names.has(name))).toEqual([]);
});

test('no two checks have one name', () => {
  const names = conformance().map(({ name }) => name);
  expect(names).toHaveLength(new Set(names).size);
});

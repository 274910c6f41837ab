import { expect, test } from 'vitest';
import type { Columns } from '../../lib/calibrate/columns.ts';
import { diagnose } from '../../lib/calibrate/diagnose.ts';
import { type Diagnosis, percent } from '../../lib/calibrate/diagnosis.ts';
import { reliabilityOf } from '../../lib/calibrate/reliability.ts';
import { seeded } from './random.ts';
import { worlds } from './worlds.ts';

const FLOWS = 8_000;

function codes(columns: Columns, target = 0.95): readonly Diagnosis['code'][] {
  const weights = new Float64Array(columns.flows).fill(1);
  const reliability = columns.tiers.slice(0, -1).map((_, tier) => reliabilityOf(columns, weights, tier));
  return diagnose(columns, target, reliability, columns.logged).map(({ code }) => code);
}

/** Two tiers against labels: each is right with a chance that its sureness and the flow's place in time decide. */
function made(
  chances: (sureness: number, time: number) => readonly [cheap: number, dear: number],
  score = (sureness: number, _time: number): number => sureness,
): Columns {
  const random = seeded(11);
  const rows = Array.from({ length: FLOWS }, (_, i) => {
    const sureness = random();
    const [cheap, dear] = chances(sureness, i / FLOWS);
    // One draw for both: what the worse tier gets right, the better one does too.
    const luck = random();
    return { score: score(sureness, i / FLOWS), cheap: luck < cheap ? 1 : 0, dear: luck < dear ? 1 : 0 };
  });
  return {
    reference: 'labels',
    tiers: ['cheap', 'dear'],
    flows: FLOWS,
    scores: [Float64Array.from(rows, (row) => row.score), new Float64Array(FLOWS).fill(Number.NaN)],
    right: [Uint8Array.from(rows, (row) => row.cheap), Uint8Array.from(rows, (row) => row.dear)],
    answeredBy: new Uint8Array(FLOWS).fill(1),
    lot: Uint32Array.from(rows, () => random() * 2 ** 32),
    at: Float64Array.from(rows, (_, i) => i),
    logged: [Number.NEGATIVE_INFINITY],
  };
}

test('a healthy log has nothing to look at', () => {
  for (const world of Object.values(worlds)) expect(codes(world.log(FLOWS, 1))).toEqual([]);
  expect(codes(made((sureness) => [sureness ** 0.2, 0.99]))).toEqual([]);
});

test('a score that has nothing to do with being right', () => {
  expect(codes(made(() => [0.8, 0.99]))).toContain('score-says-nothing');
});

test('a score that is worst in its middle', () => {
  expect(codes(made((sureness) => [sureness > 0.3 && sureness < 0.6 ? 0.3 : 0.5 + sureness / 2, 0.99]))).toContain(
    'score-not-monotone',
  );
});

test('a next tier that is no better where the first is unsure', () => {
  expect(codes(made((sureness) => (sureness < 0.5 ? [0.7, 0.6] : [0.98, 0.99])))).toContain('next-not-better');
});

test('a next tier that knows other things than the first is unsure of: a specialist', () => {
  expect(codes(made((sureness) => [0.6 + sureness / 10, sureness < 0.5 ? 0.7 : 0.95]))).toContain('next-is-specialist');
});

test('labels that contradict every tier where all are sure', () => {
  expect(codes(made((sureness) => [0.9 * sureness ** 0.1, 0.9]))).toEqual(
    expect.arrayContaining(['label-noise', 'last-below-target']),
  );
});

test('scores that move, and errors that become more frequent, in the later half', () => {
  expect(codes(made((sureness, time) => [sureness ** 0.2 - (time > 0.5 ? 0.1 : 0), 0.99]))).toEqual(['drift-errors']);
  expect(
    codes(
      made(
        (sureness) => [sureness ** 0.2, 0.99],
        (sureness, time) => sureness ** (time > 0.5 ? 2 : 1),
      ),
    ),
  ).toContain('drift-scores');
});

test('scores that are all equal are told also where nothing is known of escalated flows', () => {
  const all = made(
    () => [0.9, 0.99],
    () => 0.9,
  );
  const floored = { ...all, answeredBy: new Uint8Array(FLOWS), logged: [0.5] };
  expect(codes(floored)).toEqual(expect.arrayContaining(['score-constant', 'thresholds-floored']));
  const { logged } = floored;
  expect(codes({ ...made((sureness) => [sureness ** 0.2, 0.99]), logged })).toEqual(['thresholds-floored']);
  const nobody = new Float64Array(FLOWS).fill(Number.NaN);
  expect(codes({ ...floored, scores: [nobody, nobody] })).not.toContain('score-constant');
});

test('why no lower threshold was considered: nothing was captured, or too little beside the audits', () => {
  const messageOf = (capture: number): string => {
    const columns = worlds.twoLast.log(FLOWS, 3, { thresholds: [0.9], audit: 1, captured: true });
    const right = columns.right.map((column, tier) =>
      column.map((known, flow) => (tier === 0 && columns.answeredBy[flow] === 1 && flow % 100 >= capture ? 2 : known)),
    );
    return diagnose({ ...columns, right }, 0.95, [], columns.logged)[0]!.message;
  };
  expect(messageOf(0)).toMatch(/what escalated flows were predicted is not in the log \(set capture\)/);
  expect(messageOf(25)).toMatch(
    /whether first was right is known of 2[45]\.?\d* % of the flows that escalated, .* \(set a larger capture\)/,
  );
});

test('a share below all is never told as all', () => {
  expect([0, 0.5, 0.98765, 0.999, 0.9999, 0.99996, 1].map(percent)).toEqual([
    '0 %',
    '50 %',
    '98.8 %',
    '99.9 %',
    '99.99 %',
    '99.996 %',
    '100 %',
  ]);
});

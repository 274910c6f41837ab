import { expect, test } from 'vitest';
import { binomialCdf } from '../../lib/calibrate/binomial.ts';
import { calibrate } from '../../lib/calibrate/calibrate.ts';
import { expectationOf, ratesOf, readExpectation } from '../../lib/calibrate/expectation.ts';
import { watchRate } from '../../lib/calibrate/watch.ts';
import { watchLog } from '../../lib/calibrate/watch-log.ts';
import { seeded } from './random.ts';
import { worlds } from './worlds.ts';

const rate = { name: 'small escalates', expected: 0.2, low: 0.19, high: 0.21 };

/** Looks after every flow, and says after how many the alarm came. */
function alarmAfter(seed: number, flows: number, chance: (flow: number) => number, delta: number): number | undefined {
  const random = seeded(seed);
  const watch = watchRate(rate, delta, 1_000);
  for (let flow = 1; flow <= flows; flow++) {
    if (watch.observe(1, random() < chance(flow) ? 1 : 0) !== 'none') return flow;
  }
  return undefined;
}

test.each([0.19, 0.21])(
  'at %s, the edge of what is expected, looking after every flow gives false alarms with a chance of δ at most',
  (edge) => {
    const runs = 200;
    let alarms = 0;
    for (let seed = 0; seed < runs; seed++) if (alarmAfter(seed, 3_000, () => edge, 0.2) !== undefined) alarms++;
    expect(1 - binomialCdf(alarms - 1, runs, 0.2)).toBeGreaterThan(0.001);
  },
  60_000,
);

test('a rate that leaves its limits is noticed, also after a long time in which all was well', () => {
  for (const [later, kind] of [
    [0.35, 'too-high'],
    [0.08, 'too-low'],
  ] as const) {
    const after = alarmAfter(1, 30_000, (flow) => (flow > 20_000 ? later : 0.2), 0.01);
    expect(after).toBeGreaterThan(20_000);
    expect(after).toBeLessThan(22_000);
    const watch = watchRate(rate, 0.01);
    expect(watch.observe(1_000, later * 1_000)).toBe(kind);
  }
});

test('the alarm goes off outside of the band and not inside, and the band closes in', () => {
  let width = 1;
  for (const trials of [100, 1_000, 10_000]) {
    const watch = watchRate(rate, 0.01, 1e9);
    watch.observe(trials, Math.round(0.2 * trials));
    const { band } = watch.state();
    expect(band.high - band.low).toBeLessThan(width);
    width = band.high - band.low;
    const at = (events: number): string => watchRate(rate, 0.01, 1e9).observe(trials, events);
    expect(at(Math.round(band.high * trials))).toBe('none');
    expect(at(Math.round(band.high * trials) + 1)).toBe('too-high');
    expect(at(Math.round(band.low * trials))).toBe('none');
    if (band.low > 0) expect(at(Math.round(band.low * trials) - 1)).toBe('too-low');
  }
});

test('the band is that of the trials it is told with, however many there were before', () => {
  const watch = watchRate(rate, 0.01, 1_000);
  for (let round = 0; round < 16; round++) watch.observe(1_000, 200);
  const { trials, events, band } = watch.state();
  expect([trials, events]).toEqual([16_000, 3_200]);
  expect(band).toMatchObject({ trials: 1_000, events: 200 });
  expect(band.low).toBeGreaterThan(0.1);
  expect(band.high).toBeLessThan(0.3);
  // Trials after an alarm would hide what it was about.
  watch.observe(100, 90);
  watch.observe(5_000, 1_000);
  expect(watch.state()).toMatchObject({ trials: 21_100, band: { trials: 100, events: 90 }, alarm: 'too-high' });
});

test('wrong answers are expected as often as the calibration estimated, within what it allows', () => {
  const accuracy = { expected: 0.97, low: 0.96, high: 0.98 };
  const escalates = { expected: 0.5, low: 0.4, high: 0.6 };
  const written = {
    v: 1,
    target: 0.9,
    tiers: [
      { tier: 'a', escalates },
      { tier: 'b', escalates },
    ],
    accuracy,
  };
  const rates = ratesOf(readExpectation(JSON.stringify(written), 'x.json'));
  expect(rates.at(-1)).toEqual({
    name: 'wrong answers',
    expected: expect.closeTo(0.03, 9),
    low: 0,
    high: expect.closeTo(0.1, 9),
  });
  const { accuracy: _, ...without } = written;
  expect(() => readExpectation(JSON.stringify(without), 'x.json')).toThrow(/no file of sluice calibrate/);
});

test('a log that goes on as before raises no alarm; one that is harder does', () => {
  const { twoLast: world } = worlds;
  const written = { thresholds: [0.9], audit: 0.2, captured: true };
  const result = calibrate({ columns: world.log(20_000, 1, written), target: 0.95, delta: 0.05, cost: world.cost });
  if (!result.ok) throw new Error(result.message);
  const expectation = readExpectation(JSON.stringify(expectationOf(result)), 'thresholds.json');
  const running = { ...written, thresholds: result.chosen.thresholds };
  const quiet = watchLog(world.log(20_000, 2, running), expectation, 0.01);
  expect(quiet.map(({ alarm }) => alarm)).toEqual(['none', 'none']);
  // The same thresholds, and scores that all came down; and answers that became wrong where they were accepted.
  const columns = world.log(20_000, 3, running);
  const wrong = {
    ...columns,
    right: [columns.right[0]!.map((r, i) => (r === 1 && i % 5 === 0 ? 0 : r)), columns.right[1]!],
  };
  expect(watchLog(wrong, expectation, 0.01).at(-1)).toMatchObject({
    name: 'wrong answers',
    alarm: 'too-high',
    since: expect.any(Number),
  });
  const unsure = world.log(20_000, 4, { ...written, thresholds: [result.chosen.thresholds[0]! + 0.05] });
  expect(watchLog(unsure, expectation, 0.01)[0]).toMatchObject({ name: 'first escalates', alarm: 'too-high' });
});

test('where none of what a tier answered is known, it says so: no errors seen are not the same as none', () => {
  const { twoLast: world } = worlds;
  const written = { thresholds: [0.9], audit: 0.2, captured: true };
  const result = calibrate({ columns: world.log(20_000, 1, written), target: 0.95, delta: 0.05, cost: world.cost });
  if (!result.ok) throw new Error(result.message);
  const running = { ...written, thresholds: result.chosen.thresholds };
  const expectation = expectationOf(result);
  expect(watchLog(world.log(2_000, 2, running), expectation, 0.01).at(-1)).not.toHaveProperty('unseen');
  const blind = watchLog(world.log(2_000, 2, { ...running, audit: 0 }), expectation, 0.01);
  expect(blind.map(({ unseen }) => unseen)).toEqual([undefined, 'first']);
});

test('a file that calibrate did not write is refused', () => {
  for (const text of ['', 'null', '{"v":1}', '{"v":2,"tiers":[]}']) {
    expect(() => readExpectation(text, 'x.json')).toThrow(/no file of sluice calibrate/);
  }
});

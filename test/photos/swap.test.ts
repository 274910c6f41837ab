import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { binned, perSecond } from '../../functions/photos/demo/swap/bins.ts';
import { check } from '../../functions/photos/demo/swap/checks.ts';
import { answeredAt, answersOfSmall, versionFigures } from '../../functions/photos/demo/swap/figures.ts';
import { mixedPhotos } from '../../functions/photos/demo/swap/mixed-photos.ts';
import { toSvg } from '../../functions/photos/demo/swap/picture.ts';
import { answersNumbers } from '../../functions/photos/demo/swap/probe.ts';
import { runSwaps, type SwapRun } from '../../functions/photos/demo/swap/run.ts';
import {
  diverged,
  learnedLayers,
  networkOf,
  roundedTo,
  trainedWeights,
} from '../../functions/photos/demo/swap/weights.ts';
import { labels } from '../../functions/photos/model/labels.ts';
import type { Clock } from '../../lib/ports/clock.ts';

/** The real clock, so many times as quick: a warm instance looks for a new model every 5 s, which nobody waits for here. */
function quickClock(times: number): Clock {
  const began = Date.now();
  return {
    now: () => began + (Date.now() - began) * times,
    sleep: (ms, signal) => sleep(ms / times, undefined, { ...(signal && { signal }) }).catch(() => undefined),
  };
}

/** In an attribute: one of the models is titled “answers NaN”. */
const NO_NUMBER = /="[^"]*(NaN|Infinity|undefined)/;

const GOOD = { lost: 0, duplicated: 0, deadLettered: 0, unnamed: 0, misnamed: 0, unexpected: 0 };

describe('models swapped while photos flow', () => {
  let run: SwapRun;
  beforeAll(async () => {
    run = await runSwaps({ flows: 300, clock: quickClock(8) });
  }, 60_000);

  const ofVersion = (version: number) =>
    run.answers.filter(({ tier, controls }) => tier === 'small' && controls?.model === version);

  test('no flow is lost or answered twice, and each answer of small is what the one version it names says', async () => {
    expect(await check(run)).toEqual(GOOD);
    expect(run.answers).toHaveLength(run.shots.length);
    const named = run.steps.reduce((count, { version }) => count + ofVersion(version).length, 0);
    expect(named).toBe(run.answers.filter(({ tier }) => tier === 'small').length);
  });

  test('bad models never serve, photos flow on, and the log says why', () => {
    const figures = versionFigures(run);
    expect(figures.map(({ became }) => became)).toEqual([
      ...['first', 'swapped', 'rejected', 'rejected', 'swapped', 'swapped'],
    ]);
    expect(figures[2]).toMatchObject({ answered: 0, reason: expect.stringMatching(/has \d+ bytes instead of \d+/) });
    expect(figures[3]).toMatchObject({ answered: 0, reason: expect.stringContaining('accept said false') });
    const waited = { from: figures[2]!.sentAt, to: figures[3]!.decidedAt };
    const meanwhile = answersOfSmall(run).filter(({ at }) => at > waited.from && at < waited.to);
    expect(meanwhile.length).toBeGreaterThan(0);
  });

  test('after the rollback the model from before serves again', async () => {
    const trained = await networkOf(await trainedWeights());
    const photos = new Map(run.shots.map(({ flowId, photo }) => [flowId, photo]));
    const after = ofVersion(6);
    expect(after.length).toBeGreaterThan(0);
    for (const { flowId, output } of after) expect(output).toEqual(trained.classify(photos.get(flowId)!.pixels));
  });

  test('the checks find what they are there for', async () => {
    const [answer, other] = ofVersion(2);
    const few = {
      ...run,
      shots: run.shots.filter(({ flowId }) => flowId === answer!.flowId || flowId === other!.flowId),
      answers: [answer!, other!],
    };
    expect(await check(few)).toEqual(GOOD);
    const prediction = run.records.find(({ tier, decision }) => tier === 'small' && decision === 'accepted')!;
    const events = run.records.filter(({ decision }) => decision === 'swapped');
    const broken: readonly [keyof typeof GOOD, Partial<SwapRun>][] = [
      ['lost', { answers: [other!] }],
      ['duplicated', { answers: [answer!, other!, other!] }],
      ['deadLettered', { deadLetters: 1 }],
      ['unnamed', { records: [...run.records, { ...prediction, controls: {} }] }],
      ['unnamed', { records: [...run.records, { ...prediction, controls: { model: 3 } }] }],
      ['misnamed', { answers: [other!, { ...answer!, output: { label: 'Bag', confidence: 0.5 } }] }],
      ['unexpected', { records: run.records.filter((record) => record !== events[0]) }],
      ['unexpected', { records: [...run.records, events[0]!] }],
    ];
    for (const [name, change] of broken) expect(await check({ ...few, ...change })).toEqual({ ...GOOD, [name]: 1 });
  });

  test('the picture shows every version and moment', () => {
    const versions = versionFigures(run);
    const svg = toSvg({ versions, points: answersOfSmall(run), answeredAt: answeredAt(run) });
    expect(svg).not.toMatch(NO_NUMBER);
    for (const { version, answered } of versions) {
      if (answered > 0) expect(svg).toContain(`version ${version}: `);
      if (version > 1) expect(svg).toMatch(new RegExp(`>${version} (swapped|rejected)<`));
    }
  });
});

test('a run that answered nothing can be drawn', () => {
  expect(toSvg({ versions: [], points: [], answeredAt: [] })).not.toMatch(NO_NUMBER);
});

test('weights of 3 bits are right less often than those of 8, on the same photos, and pass the same probe', async () => {
  const photos = (await mixedPhotos()).slice(0, 500);
  const [coarse, trained] = [await networkOf(await roundedTo(3)), await networkOf(await trainedWeights())];
  const right = (network: typeof coarse): number =>
    photos.filter(({ pixels, label }) => network.classify(pixels).label === label).length;
  expect(right(coarse)).toBeLessThan(right(trained) - 25);
  expect([coarse, trained].map(answersNumbers)).toEqual([true, true]);
  expect(answersNumbers(await networkOf(await diverged()))).toBe(false);
});

test('weights rounded to 8 bits are those that were trained, and to 3 bits they have 7 values', async () => {
  expect(await roundedTo(8)).toEqual(await trainedWeights());
  const [first] = await learnedLayers();
  const coarse = await roundedTo(3);
  const values = Array.from({ length: first!.n }, (_, i) => coarse.readInt8(first!.weights + i));
  expect([...new Set(values)].sort((a, b) => a - b)).toEqual([-127, -85, -42, 0, 42, 85, 127]);
});

test('each ten photos in a row show the ten products', async () => {
  const photos = await mixedPhotos();
  for (let at = 0; at < photos.length; at += labels.length) {
    expect(photos.slice(at, at + labels.length).map(({ label }) => label)).toEqual([...labels]);
  }
});

test('stretches of time follow one another, hold every answer, and average to the whole', () => {
  const answers = fc.array(fc.record({ at: fc.double({ min: 0, max: 60, noNaN: true }), right: fc.boolean() }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(answers, (drawn) => {
      const points = drawn.map((one) => ({ ...one, version: 1 })).sort((a, b) => a.at - b.at);
      const bins = binned(points, 1.5);
      bins.forEach(({ from, to }, i) => {
        expect(to).toBeGreaterThanOrEqual(from);
        if (i > 0) expect(from).toBeGreaterThanOrEqual(bins[i - 1]!.to - 1e-9);
      });
      const [least, most] = [Math.min(...bins.map((b) => b.accuracy)), Math.max(...bins.map((b) => b.accuracy))];
      const whole = points.filter(({ right }) => right).length / points.length;
      expect(least).toBeLessThanOrEqual(whole);
      expect(most).toBeGreaterThanOrEqual(whole);
      const counts = perSecond(points.map(({ at }) => at));
      expect(counts.reduce((a, b) => a + b, 0)).toBe(points.length);
    }),
  );
});

test.each(['many', '299'])('--flows %s is refused', (flows) => {
  const main = 'functions/photos/demo/swap/main.ts';
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=sluice-source', main, '--flows', flows], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain(`--flows is ${flows}: give a whole number from 300 to 5000`);
});

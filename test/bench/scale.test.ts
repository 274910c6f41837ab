import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadApplication } from '../../lib/runtime/application.ts';
import { applicationOf, resourcesOf, TIERS } from '../infra/support.ts';
import { ASSUMED } from './scale/assumed.ts';
import { LIMITS } from './scale/aws.ts';
import { estimate } from './scale/estimate.ts';
import type { Figures } from './scale/figures.ts';
import { histogram } from './scale/histogram.ts';
import { line, type Parcel, total } from './scale/line.ts';
import type { Step } from './scale/load.ts';
import { meeting } from './scale/meeting.ts';
import { divide, FULL_TOKENS, place, refill } from './scale/rules-account.ts';
import {
  type Allowance,
  batchesToBegin,
  boundsOf,
  firstAllowance,
  nextAllowance,
  type Pressure,
  receivable,
} from './scale/rules-mapping.ts';
import { type Changes, type QueueShape, shapeOf } from './scale/shape.ts';
import { type Moment, type Run, simulate } from './scale/simulate.ts';
import { summarise } from './scale/summary.ts';
import { toSvg } from './scale/svg.ts';

const queue = (limits: Partial<QueueShape> = {}): QueueShape => ({ name: 'q', kind: 'data', puts: 0, ...limits });

const anyQueue = fc.oneof(
  fc.constant(queue()),
  fc.integer({ min: 2, max: 1_000 }).map((maxConcurrency) => queue({ maxConcurrency })),
  fc
    .tuple(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 0, max: 1_000 }))
    .map(([minimum, more]) => queue({ pollers: { minimum, maximum: minimum + more } })),
);
const anyPressure = fc.constantFrom<Pressure>('starved', 'steady', 'slack', 'throttled');

/** The allowance after so many seconds of one pressure. */
function allowanceAfter(seconds: number, of: QueueShape, pressure: Pressure): Allowance {
  let allowance = firstAllowance(of);
  for (let i = 0; i < seconds; i += 1) allowance = nextAllowance(of, allowance, pressure, 1);
  return allowance;
}

describe('an event source mapping', () => {
  test('begins with five batches and has three hundred more a minute later, up to 1,250', () => {
    expect(firstAllowance(queue()).concurrency).toBe(5);
    expect(allowanceAfter(60, queue(), 'starved').concurrency).toBeCloseTo(305);
    expect(allowanceAfter(600, queue(), 'starved').concurrency).toBe(1_250);
  });

  test('adds a thousand a minute in provisioned mode, ten for each poller', () => {
    const pollers = queue({ pollers: { minimum: 2, maximum: 500 } });
    expect(firstAllowance(pollers)).toEqual({ concurrency: 20, pollers: 2 });
    expect(allowanceAfter(60, pollers, 'starved').concurrency).toBeCloseTo(1_020);
    expect(allowanceAfter(600, pollers, 'starved').pollers).toBe(500);
  });

  test('never leaves its bounds and never ramps faster than published', () => {
    fc.assert(
      fc.property(
        anyQueue,
        fc.array(fc.tuple(anyPressure, fc.double({ min: 0.01, max: 20, noNaN: true }))),
        (of, steps) => {
          const { least, most } = boundsOf(of);
          const perMinute = of.pollers ? LIMITS.pollers.concurrencyPerMinute : LIMITS.mapping.perMinute;
          let allowance = firstAllowance(of);
          for (const [pressure, seconds] of steps) {
            const next = nextAllowance(of, allowance, pressure, seconds);
            expect(next.concurrency).toBeGreaterThanOrEqual(least);
            expect(next.concurrency).toBeLessThanOrEqual(most);
            expect(next.concurrency - allowance.concurrency).toBeLessThanOrEqual((perMinute * seconds) / 60 + 1e-9);
            allowance = next;
          }
        },
      ),
    );
  });

  test('a provisioned poller receives a hundred small messages a second, and a megabyte', () => {
    const two: Allowance = { concurrency: 20, pollers: 2 };
    expect(receivable(two, 1_000, 1)).toBe(200);
    expect(receivable(two, 50_000, 1)).toBe(40);
    expect(receivable({ concurrency: 20, pollers: 0 }, 1_000, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('begins full batches at once, others when their window is over, and never more than pollers gather', () => {
    const whole = { batchSize: 10, windowSeconds: 1 };
    expect(batchesToBegin({ ...whole, waiting: 60, gathered: 0, gatherers: 5 })).toBe(5);
    expect(batchesToBegin({ ...whole, waiting: 40, gathered: 0.9, gatherers: 5 })).toBe(0);
    expect(batchesToBegin({ ...whole, waiting: 3, gathered: 1, gatherers: 5 })).toBe(3);
    fc.assert(
      fc.property(
        fc.record({
          waiting: fc.double({ min: 0, max: 1e6, noNaN: true }),
          gathered: fc.double({ min: 0, max: 10, noNaN: true }),
          gatherers: fc.nat(2_000),
          batchSize: fc.integer({ min: 1, max: 100 }),
          windowSeconds: fc.nat(5),
        }),
        (gathering) => {
          const batches = batchesToBegin(gathering);
          expect(batches).toBeLessThanOrEqual(gathering.gatherers);
          expect(batches).toBeLessThanOrEqual(Math.ceil(gathering.waiting));
          if (gathering.waiting > 0 && gathering.gathered >= gathering.windowSeconds && gathering.gatherers > 0) {
            expect(batches).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});

describe('an account', () => {
  test('divides all it has, in whole invocations, and gives nobody more than wanted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 6 }), fc.nat(1_500), (wants, left) => {
        const granted = divide(wants, left);
        granted.forEach((n, i) => {
          expect(n).toBeLessThanOrEqual(wants[i]!);
          expect(Number.isInteger(n)).toBe(true);
        });
        const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
        expect(sum(granted)).toBe(Math.min(sum(wants), left));
      }),
    );
  });

  test('a function makes at most a thousand environments at once and a thousand more in ten seconds', () => {
    expect(place(5_000, { idle: 200, tokens: FULL_TOKENS })).toEqual({ warm: 200, cold: 1_000 });
    expect(refill(0, 10)).toBe(1_000);
    expect(refill(900, 100)).toBe(1_000);
  });
});

describe('what waits', () => {
  const parcel = (count: number, since: number): Parcel => ({ born: since, since, count, shadow: false });

  test('a line gives out what came in, oldest first', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -50, max: -1 }))), (steps) => {
        const waiting = line();
        let size = 0;
        let last = -1;
        steps.forEach((step, at) => {
          if (step > 0) waiting.push(parcel(step, at));
          const taken = step < 0 ? waiting.take(-step) : [];
          for (const { since } of taken) {
            expect(since).toBeGreaterThanOrEqual(last);
            last = since;
          }
          size += Math.max(step, 0) - total(taken);
          expect(waiting.size).toBeCloseTo(size);
        });
      }),
    );
  });

  test('every signal meets its data, in whatever order halves come', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          ['d', 'd', 'd', 'd', 's', 's', 's'].map((kind, i) => ({ kind, i })),
          { minLength: 7 },
        ),
        (order) => {
          const halves = meeting();
          halves.expect(0, 100);
          const met = order.flatMap(({ kind }, at) =>
            kind === 'd' ? halves.data(parcel(25, 0)) : halves.signal({ ...parcel(10, at), born: 0 }),
          );
          expect(total(met)).toBeCloseTo(30);
          expect(halves.waiting).toBeCloseTo(0);
        },
      ),
    );
  });

  test('a histogram knows quantiles to two percent', () => {
    const times = fc.array(fc.double({ min: 0.002, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1, noNaN: true }), (seconds, share) => {
        const all = histogram();
        for (const one of seconds) all.add(one, 1);
        const exact = seconds.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * seconds.length - 1e-9) - 1)]!;
        const found = all.quantile(share)!;
        expect(found / exact).toBeGreaterThan(1 - 1e-9);
        expect(found / exact).toBeLessThan(1.0201);
      }),
    );
  });
});

const shop = applicationOf(TIERS.first({ audit: 0.05 }), TIERS.second(), TIERS.third());
const FIGURES: Readonly<Record<string, Figures>> = {
  first: { escalates: 0.6, modelMs: 1, gets: 0 },
  second: { escalates: 0.3, modelMs: 5, gets: 1 },
  third: { escalates: 0, modelMs: 20, gets: 1 },
};

function run(load: Partial<Step>, changes: Readonly<Record<string, Changes>> = {}, more: Partial<Run> = {}): Run {
  const step: Step = { from: 0, to: 300, at: 1, hold: 10, end: 60, ...load };
  return {
    shape: shapeOf(shop, changes),
    figures: FIGURES,
    load: step,
    assumed: ASSUMED,
    accountConcurrency: 1_000,
    ...more,
  };
}

const anyRun = fc
  .record({
    to: fc.integer({ min: 1, max: 2_000 }),
    accountConcurrency: fc.integer({ min: 10, max: 1_000 }),
    batchSize: fc.constantFrom(1, 10, 50),
    limit: fc.constantFrom<Changes>({}, { maxConcurrency: 4 }, { pollers: { minimum: 2, maximum: 20 } }),
    memorySize: fc.constantFrom(256, 1_769),
  })
  .map(({ to, accountConcurrency, batchSize, limit, memorySize }) => {
    const change: Changes = { batchSize, memorySize, ...limit };
    return run({ to, end: 15 }, { first: change, second: change, third: change }, { accountConcurrency });
  });

describe('a simulated cascade', () => {
  test('loses and invents no message at any moment', () => {
    fc.assert(
      fc.property(anyRun, (given) => {
        const onTick = ({ tiers }: Moment): void => {
          for (const { usage, mappings } of tiers) {
            const open = mappings.reduce((n, m) => n + m.line.size + m.heldMessages + m.runningMessages, 0);
            if (Math.abs(usage.entered - usage.done - open) > 1e-3) {
              throw new Error(`${usage.entered} came, ${usage.done} are done, ${open} are there`);
            }
          }
        };
        const { sent, answered } = simulate({ ...given, onTick });
        expect(answered).toBeLessThanOrEqual(sent + 1e-6);
      }),
      { numRuns: 25 },
    );
  });

  test('exceeds no limit at any moment: of the account, of an event source, of new environments', () => {
    fc.assert(
      fc.property(anyRun, (given) => {
        const onTick = ({ tiers, now }: Moment): void => {
          const atWork = tiers.reduce((n, tier) => n + tier.running, 0);
          if (atWork > given.accountConcurrency) throw new Error(`${atWork} invocations at a time`);
          for (const { mappings, environments, running } of tiers) {
            if (environments > 1_000 + 100 * (now + 1) || running > environments)
              throw new Error(`${environments} environments`);
            for (const mapping of mappings) {
              const { most } = boundsOf(mapping.queue);
              if (mapping.running > most || mapping.allowance.concurrency > most)
                throw new Error(`${mapping.running} of ${most}`);
            }
          }
        };
        expect(simulate({ ...given, onTick }).tiers).toHaveLength(given.shape.length);
      }),
      { numRuns: 25 },
    );
  });

  test('comes to the same end each time', () => {
    fc.assert(
      fc.property(anyRun, (given) => {
        expect(simulate(given)).toEqual(simulate(given));
      }),
      { numRuns: 5 },
    );
  });

  test('answers every flow once the load is over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(1, 10, 50), (to, batchSize) => {
        const each = { batchSize, windowSeconds: 1 };
        const { sent, answered } = simulate(run({ to, hold: 5 }, { first: each, second: each, third: each }));
        expect(answered).toBeCloseTo(sent, 3);
      }),
      { numRuns: 10 },
    );
  });

  test('a higher maxConcurrency never leaves more waiting', () => {
    const left = (maxConcurrency: number): number => {
      const outcome = simulate(run({ to: 2_000, end: 12 }, { third: { maxConcurrency } }));
      return outcome.sent - outcome.answered;
    };
    const levels = [2, 4, 8, 16, 32, 64].map(left);
    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
    expect(levels[0]).toBeGreaterThan(levels.at(-1)!);
  });

  test('a small account throttles, and says how often', () => {
    const free = summarise(simulate(run({ to: 1_000 })));
    const tight = summarise(simulate(run({ to: 1_000 }, {}, { accountConcurrency: 8 })));
    expect(free.throttles).toBe(0);
    expect(tight.throttles).toBeGreaterThan(0);
    expect(tight.p99Seconds).toBeGreaterThan(free.p99Seconds!);
  });

  test('what is refused too long goes back to its queue, is counted, and is answered all the same', () => {
    const outcome = simulate(
      run(
        { to: 200, end: 900 },
        {},
        { accountConcurrency: 2, figures: { ...FIGURES, third: { escalates: 0, modelMs: 1_500, gets: 1 } } },
      ),
    );
    expect(outcome.tiers.reduce((sum, { returned }) => sum + returned, 0)).toBeGreaterThan(0);
    expect(
      summarise(outcome)
        .tiers.flatMap(({ notes }) => notes)
        .join(),
    ).toContain('used up a receive');
    expect(outcome.answered).toBeCloseTo(outcome.sent, 3);
  });

  test('provisioned pollers that are ready take a step sooner than those that have to grow, and cost more', () => {
    const all = (pollers: { minimum: number; maximum: number }) => {
      const change = { pollers, batchSize: 10 };
      return summarise(simulate(run({ to: 2_000 }, { first: change, second: change, third: change })));
    };
    const ready = all({ minimum: 30, maximum: 60 });
    const growing = all({ minimum: 2, maximum: 60 });
    expect(ready.p99Seconds).toBeLessThan(growing.p99Seconds!);
    expect(ready.dollars.pollers).toBeGreaterThan(growing.dollars.pollers);
  });

  test('the paper estimate counts the same writes, messages and objects a flow', () => {
    // One record at a time, so that batches are full in both; without audits, which the paper follows further.
    const plain = applicationOf(TIERS.first(), TIERS.second(), TIERS.third());
    const one = { batchSize: 1 };
    const shape = shapeOf(plain, { first: one, second: one, third: one });
    const outcome = simulate({ ...run({ to: 200, hold: 10 }), shape });
    const paper = estimate({ flowsPerDay: outcome.sent, peak: 1, shape, figures: FIGURES, assumed: ASSUMED });
    const used = (of: 'writes' | 'gets' | 'puts' | 'entered'): number =>
      outcome.tiers.reduce((sum, { usage }) => sum + usage[of], 0);
    expect(paper.daily.writes / used('writes')).toBeCloseTo(1, 3);
    expect(paper.daily.gets / used('gets')).toBeCloseTo(1, 3);
    expect(paper.daily.puts / used('puts')).toBeCloseTo(1, 3);
    expect(paper.daily.messages / used('entered')).toBeCloseTo(1, 3);
  });
});

test('the shape is the one that the construct deploys', () => {
  const application = applicationOf(TIERS.first(), TIERS.second(), TIERS.third());
  const changes: Readonly<Record<string, Changes>> = {
    first: { batchSize: 40, memorySize: 512 },
    second: { maxConcurrency: 9 },
    third: { pollers: { minimum: 3, maximum: 30 } },
  };
  const resources = resourcesOf(application, { tiers: changes });
  for (const tier of shapeOf(application, changes)) {
    const own = (type: string) =>
      Object.entries(resources).filter(([path, { Type }]) => Type === type && path.startsWith(`${tier.name}/`));
    const [memory] = own('AWS::Lambda::Function').map(([, { Properties }]) => Properties.MemorySize);
    expect(memory).toBe(tier.settings.memorySize);
    const hidden = own('AWS::SQS::Queue').map(([, { Properties }]) => Properties.VisibilityTimeout);
    expect(hidden.filter((seconds) => seconds === tier.settings.visibilitySeconds)).toHaveLength(tier.queues.length);
    const feeds = own('AWS::Lambda::EventSourceMapping');
    expect(feeds).toHaveLength(tier.queues.length);
    feeds.forEach(([, { Properties }], i) => {
      const { maxConcurrency, pollers } = tier.queues[i]!;
      expect(Properties.BatchSize).toBe(tier.settings.batchSize);
      expect(Properties.MaximumBatchingWindowInSeconds ?? 0).toBe(tier.settings.windowSeconds);
      expect(Properties.ScalingConfig?.MaximumConcurrency).toBe(maxConcurrency);
      expect(Properties.ProvisionedPollerConfig?.MinimumPollers).toBe(pollers?.minimum);
      expect(Properties.ProvisionedPollerConfig?.MaximumPollers).toBe(pollers?.maximum);
    });
  }
});

test('the picture has a row for the cascade and each tier, and no value that is none', async () => {
  const application = await loadApplication('functions/photos');
  const shape = shapeOf(application);
  const svg = toSvg(simulate({ ...run({ to: 500, end: 30 }), shape, figures: {} }));
  for (const name of ['cascade', ...shape.map((tier) => tier.name)]) expect(svg).toContain(`>${name}</text>`);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const opened = [...svg.matchAll(/<(g|svg|text|title|style)[ >]/g)].length;
  expect([...svg.matchAll(/<\/(g|svg|text|title|style)>/g)]).toHaveLength(opened);
});

describe('npm run bench:scale', () => {
  const main = join(import.meta.dirname, 'scale', 'main.ts');
  const call = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, ['--conditions=sluice-source', main, ...args]);

  test('prints JSON for machines', async () => {
    const { stdout } = await call('--json', '--to', '100', '--hold', '5', '--at', '2', '--end', '10');
    const { summary } = JSON.parse(stdout);
    expect(summary.flows).toBeCloseTo(5 * 100 + 5 * 10, 3);
    const day = JSON.parse((await call('--json', '--estimate', '1e9')).stdout);
    expect(day.flowsPerSecond).toBeCloseTo(1e9 / 86_400);
  });

  test.each([
    [['--set', 'nobody.batchSize=2'], 'tiers names "nobody"'],
    [['--set', 'thumb.batch=2'], 'there is no "batch"'],
    [['--set', 'thumb'], 'write it as tier.key=value'],
    [['--assume', 'cold=2'], 'there is no "cold"'],
    [['--to', 'many'], 'is no number'],
    [['--nonsense'], '--nonsense'],
    [['--end', '0'], 'must be above 0'],
    [['--set', 'deep.pollers=9..3'], 'the smaller first'],
    [['--set', 'small.maxConcurrency=3'], 'at least 2 a queue'],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(call(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

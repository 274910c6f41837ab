import { type Columns, WRONG } from './columns.ts';
import { type Expectation, ratesOf } from './expectation.ts';
import { type RateWatch, type WatchedRate, watchRate } from './watch.ts';
import { weigh } from './weigh.ts';

/** A watched rate, and when it gave its alarm. */
export interface Watched extends WatchedRate {
  /** Time of the flow, ms since the epoch. */
  readonly since?: number;
  /** Of wrong answers: the first tier of whose answers none is known, so that errors not seen say nothing. */
  readonly unseen?: string;
}

/** Flows that are looked at together: often enough to notice soon, seldom enough to be cheap. */
const BATCH = 100;

/**
 * Goes through a log in the order of time and compares it with what was expected of its thresholds: how often each tier
 * escalates, and how often an audited answer is wrong. All rates share δ.
 */
export function watchLog(
  columns: Columns,
  expectation: Expectation,
  delta: number,
  shares: readonly (number | undefined)[] = [],
): readonly Watched[] {
  const rates = ratesOf(expectation);
  const errors = drawnErrors(columns, shares, delta);
  const last = rates.length - 1;
  const watches = rates.map((rate, i) =>
    watchRate(
      i === last ? { ...rate, expected: rate.expected / errors.heaviest, high: rate.high / errors.heaviest } : rate,
      delta / rates.length,
    ),
  );
  const order = Uint32Array.from({ length: columns.flows }, (_, flow) => flow).sort(
    (a, b) => columns.at[a]! - columns.at[b]!,
  );
  const since: (number | undefined)[] = rates.map(() => undefined);
  for (let from = 0; from < order.length; from += BATCH) {
    const batch = order.subarray(from, from + BATCH);
    for (const [i, watch] of watches.entries()) {
      const alarm = i === last ? observeErrors(watch, batch, errors.isWrong) : observeTier(watch, batch, columns, i);
      if (alarm !== 'none') since[i] ??= columns.at[batch.at(-1)!]!;
    }
  }
  return watches.map((watch, i) => {
    const seen = watch.state();
    const scale = i === last ? errors.heaviest : 1;
    return {
      ...scaled(seen, scale),
      ...(since[i] !== undefined && { since: since[i] }),
      ...(i === last && errors.unseen !== undefined && { unseen: errors.unseen }),
    };
  });
}

function observeTier(
  watch: RateWatch,
  batch: Uint32Array,
  { answeredBy }: Columns,
  tier: number,
): WatchedRate['alarm'] {
  let [reached, gone] = [0, 0];
  for (const flow of batch) {
    if (answeredBy[flow]! >= tier) reached++;
    if (answeredBy[flow]! > tier) gone++;
  }
  return watch.observe(reached, gone);
}

function observeErrors(watch: RateWatch, batch: Uint32Array, isWrong: (flow: number) => boolean): WatchedRate['alarm'] {
  return watch.observe(batch.length, batch.filter(isWrong).length);
}

/** Wrong answers that are known, those seen often thinned out to the rarest kind. */
function drawnErrors(
  columns: Columns,
  shares: readonly (number | undefined)[],
  delta: number,
): { readonly heaviest: number; readonly isWrong: (flow: number) => boolean; readonly unseen: string | undefined } {
  const { classes, classOf, unseen } = weigh(columns, columns.logged, shares, delta);
  const isWrong = (flow: number): boolean =>
    classes[classOf[flow]!]?.drawn === true && columns.right[columns.answeredBy[flow]!]![flow] === WRONG;
  return { heaviest: Math.max(1, ...classes.map(({ weight }) => weight)), isWrong, unseen };
}

/** Counts of a rare kind as the rates they stand for. */
function scaled(seen: WatchedRate, by: number): WatchedRate {
  const { expected, low, high, band } = seen;
  const up = (rate: number): number => Math.min(1, rate * by);
  return {
    ...seen,
    events: seen.events * by,
    expected: up(expected),
    low: up(low),
    high: up(high),
    band: { trials: band.trials, events: band.events * by, low: up(band.low), high: up(band.high) },
  };
}

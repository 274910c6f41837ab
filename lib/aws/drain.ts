import { FIRST_SLICE } from '../core/plan.ts';

/** What a slice of a batch took. */
export interface SliceTime {
  readonly records: number;
  /** The part of the time this thread was at work: more records need more of it. */
  readonly busyMs: number;
  /** The part it waited for something else: records wait side by side. */
  readonly waitMs: number;
}

/** Decides how much of a batch an invocation takes on. */
export interface DrainGuard {
  /** How many of `left` records to take in the next slice; 0: none, hand them back. `first`: nothing was taken yet. */
  take(left: number, remainingMs: number, first: boolean): number;
  learn(slice: SliceTime): void;
}

/** What is kept free at the end of an invocation: to hand back, to write metrics, to answer. */
export const MARGIN_MS = 1_000;
const SAMPLES = 128;

/**
 * A guard for tasks of at most `timeoutMs`. A batch runs in slices, each only while there is time for it: for a whole
 * task at first, later for what slices took (99th percentile). `whole`: one model call takes the batch, so it is not cut.
 */
export function drainGuard({ timeoutMs, whole }: { readonly timeoutMs: number; readonly whole: boolean }): DrainGuard {
  const samples: SliceTime[] = [];
  let next = 0;

  /** A smaller slice than those seen gets as much as they: one slow record makes a small slice slow too. */
  const needed = (records: number): number => {
    if (samples.length === 0) return whole || records <= FIRST_SLICE ? timeoutMs : Number.POSITIVE_INFINITY;
    let [most, second] = [0, 0];
    for (const { records: seen, busyMs, waitMs } of samples) {
      const need = waitMs + busyMs * Math.max(1, records / seen);
      if (need > most) [most, second] = [need, most];
      else if (need > second) second = need;
    }
    // The 99th percentile of so few samples, and no sorting for each batch.
    return samples.length < 100 ? most : second;
  };

  return {
    take(left, remainingMs, first) {
      const time = remainingMs - MARGIN_MS;
      if (time <= 0) return 0;
      if (needed(left) <= time) return left;
      const smallest = whole ? left : Math.min(left, FIRST_SLICE);
      let most = needed(smallest) <= time ? smallest : 0;
      for (let size = 2 * smallest; most > 0 && size < left && needed(size) <= time; size *= 2) most = size;
      // Something is always taken: a batch that is only ever handed back would run out of receives unseen.
      return most === 0 && first ? smallest : most;
    },
    learn(slice) {
      samples[next] = slice;
      next = (next + 1) % SAMPLES;
    },
  };
}

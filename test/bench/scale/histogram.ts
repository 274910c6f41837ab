/** Durations by weight, in bins that are 2 % wide: from 1 ms to weeks in a few kilobytes. */
export interface Histogram {
  readonly total: number;
  add(seconds: number, weight: number): void;
  /** The duration that this share (0 to 1) of the weight does not exceed, s; `undefined` when empty. */
  quantile(share: number): number | undefined;
  clear(): void;
}

const LEAST = 0.001;
const WIDTH = Math.log(1.02);
const BINS = 1_200;

/** An empty histogram. */
export function histogram(): Histogram {
  const bins = new Float64Array(BINS);
  let total = 0;
  return {
    get total() {
      return total;
    },
    add(seconds, weight) {
      const bin = seconds <= LEAST ? 0 : Math.min(BINS - 1, Math.ceil(Math.log(seconds / LEAST) / WIDTH));
      bins[bin]! += weight;
      total += weight;
    },
    quantile(share) {
      if (total <= 0) return undefined;
      let sum = 0;
      let last = 0;
      for (let bin = 0; bin < BINS; bin += 1) {
        if (bins[bin]! <= 0) continue;
        last = bin;
        sum += bins[bin]!;
        if (sum >= share * total) break;
      }
      return LEAST * Math.exp(last * WIDTH);
    },
    clear() {
      bins.fill(0);
      total = 0;
    },
  };
}

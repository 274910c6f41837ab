/** Counts of durations, with percentiles to within one percent. */
export interface Durations {
  add(ms: number): void;
  readonly total: number;
  /** The duration that a share of all are not above; `NaN` of none. */
  quantile(share: number): number;
  /** Counts in stretches of equal ratio between two durations. */
  shape(from: number, to: number, stretches: number): readonly number[];
}

const RATIO = Math.log(1.02);
/** What is shorter counts as this. */
const SHORTEST_MS = 0.001;

/** Whether a number can be milliseconds that something took: none, or from a picosecond to thirty years. */
export const isDuration = (ms: number): boolean => ms === 0 || (ms >= 1e-9 && ms < 1e12);

/** Counts in bins whose borders are two percent apart: a few hundred of them hold anything from a microsecond to a year. */
export function durations(): Durations {
  const counts = new Map<number, number>();
  let total = 0;
  const sorted = (): readonly (readonly [bin: number, n: number])[] => [...counts].sort(([a], [b]) => a - b);
  return {
    get total() {
      return total;
    },
    add(ms) {
      if (!isDuration(ms)) return;
      const bin = Math.round(Math.log(Math.max(SHORTEST_MS, ms)) / RATIO);
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
      total += 1;
    },
    quantile(share) {
      let left = Math.max(1, Math.ceil(share * total));
      for (const [bin, n] of sorted()) {
        left -= n;
        if (left <= 0) return Math.exp(bin * RATIO);
      }
      return Number.NaN;
    },
    shape(from, to, stretches) {
      const shape = Array.from({ length: stretches }, () => 0);
      const length = Math.log(to / from) / stretches;
      for (const [bin, n] of counts) {
        const at = Math.floor((bin * RATIO - Math.log(from)) / length);
        if (at >= 0 && at < stretches) shape[at]! += n;
      }
      return shape;
    },
  };
}

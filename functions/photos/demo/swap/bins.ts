import type { Point } from './figures.ts';

/** The answers of a stretch of time. */
export interface Bin {
  /** Seconds. */
  readonly from: number;
  readonly to: number;
  /** Share of right answers. */
  readonly accuracy: number;
}

/** Cuts answers, in their order, into stretches of one length, about so many seconds. */
export function binned(points: readonly Point[], seconds: number): readonly Bin[] {
  const begin = points[0]!.at;
  const whole = points.at(-1)!.at - begin;
  const count = Math.max(1, Math.round(whole / seconds));
  const length = whole / count;
  const inBin = (at: number): number => Math.min(count - 1, Math.floor((at - begin) / (length || 1)));
  const bins = Map.groupBy(points, ({ at }) => inBin(at));
  return [...bins].map(([i, inside]) => ({
    from: begin + i * length,
    to: begin + (i + 1) * length,
    accuracy: inside.filter(({ right }) => right).length / inside.length,
  }));
}

/** How many of the moments lie in each second, the first one first. */
export function perSecond(moments: readonly number[]): readonly number[] {
  const counts = Array.from({ length: Math.floor(Math.max(0, ...moments)) + 1 }, () => 0);
  for (const moment of moments) counts[Math.floor(moment)]! += 1;
  return counts;
}

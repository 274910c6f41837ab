import { count } from './format.ts';

/** A vertical axis: where a value lies (0 at the bottom, 1 at the top), and what is written beside it. */
export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** From zero to a round number above the largest value, in two to five steps. */
export function linearAxis(largest: number): Axis {
  const rough = Math.max(largest, 1) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough)!);
  const top = Math.max(1, Math.ceil(Math.max(largest, 1) / step)) * step;
  const values = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return {
    at: (value) => value / top,
    ticks: values.map((value) => ({ value, label: count(value).replace('.0', '') })),
  };
}

/** Powers of ten from the smallest to the largest duration: latencies of a step span several. */
export function timeAxis(smallest: number, largest: number): Axis {
  const low = Math.floor(Math.log10(Math.max(smallest, 0.001)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(largest, 0.001)) - 1e-9));
  const powers = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return {
    at: (value) => Math.min(1, Math.max(0, (Math.log10(value) - low) / (high - low))),
    ticks: powers.map((value) => ({ value, label: value < 1 ? `${Math.round(value * 1_000)} ms` : `${value} s` })),
  };
}

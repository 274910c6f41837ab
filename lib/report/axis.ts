import { type Html, html } from './html.ts';
import { path, round, text } from './svg.ts';

/** From values to pixels. */
export type Scale = (value: number) => number;

/** A value that an axis names. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** A scale on which equal differences have equal lengths. */
export function linear(from: number, to: number, start: number, end: number): Scale {
  const spread = to - from || 1;
  return (value) => start + ((value - from) / spread) * (end - start);
}

/** A scale on which equal ratios have equal lengths. */
export function logarithmic(from: number, to: number, start: number, end: number): Scale {
  const inside = linear(Math.log(from), Math.log(to), start, end);
  return (value) => inside(Math.log(value));
}

/** Round values between two, at most `most` of them. */
export function ticks(from: number, to: number, most: number, label: (value: number) => string): readonly Tick[] {
  const rough = (to - from) / Math.max(1, most - 1) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough * (1 - 1e-9))!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const at = (first + i) * step;
    return { at, label: label(Number(at.toPrecision(12))) };
  });
}

/** Durations that people know, between two: powers of ten, or steps between them where those are few. */
export function durationTicks(from: number, to: number, most: number): readonly Tick[] {
  const between = (steps: readonly number[]): readonly Tick[] =>
    UNITS.flatMap(([unit, ms, powers]) =>
      powers.flatMap((power) =>
        steps.map((step) => ({ at: step * power * ms, label: `${Number((step * power).toPrecision(1))} ${unit}` })),
      ),
    ).filter(({ at }, i, all) => at >= from && at <= to && at < (all[i + 1]?.at ?? Number.POSITIVE_INFINITY));
  const powers = between([1]);
  const inside = powers.length >= 3 ? powers : between([1, 2, 5]);
  const every = Math.ceil(inside.length / most);
  return inside.filter((_, i) => i % every === 0);
}

const UNITS = [
  ['ms', 1, [0.001, 0.01, 0.1, 1, 10, 100]],
  ['s', 1_000, [1, 10]],
  ['min', 60_000, [1, 10]],
  ['h', 3_600_000, [1, 10, 100, 1_000, 10_000]],
] as const;

/** Lines across, with labels at their left. */
export function across(marks: readonly Tick[], y: Scale, left: number, right: number): readonly Html[] {
  return marks.map(
    ({ at, label }) =>
      html`${path(`M${round(left)} ${round(y(at))}H${round(right)}`, 'grid')}${text(left - 8, y(at) + 4, label, 'tick', 'end')}`,
  );
}

/** Labels below, with small lines; those at the ends stay inside. */
export function below(marks: readonly Tick[], x: Scale, top: number, left: number, right: number): readonly Html[] {
  return marks.map(({ at, label }) => {
    const here = x(at);
    const anchor = here - left < 14 ? 'start' : right - here < 14 ? 'end' : 'middle';
    return html`${path(`M${round(here)} ${round(top)}v4`, 'grid')}${text(anchor === 'start' ? left : anchor === 'end' ? right : here, top + 18, label, 'tick', anchor)}`;
  });
}

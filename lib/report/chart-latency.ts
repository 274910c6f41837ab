import { below, durationTicks, logarithmic, type Scale } from './axis.ts';
import type { Latency } from './figures.ts';
import { clip, duration } from './format.ts';
import type { Html } from './html.ts';
import { along, path, picture, round, shaded, text } from './svg.ts';

/** A tier, or whole flows. */
export interface LatencyRow {
  readonly name: string;
  readonly latency: Latency;
  readonly place: number;
}

const ROW = 58;
const HILL = 38;
const TOP = 4;
const FOOT = 46;

/** How long flows took: each tier a hill over one axis, with marks at the median and where 95 % are done. */
export function drawLatency(rows: readonly LatencyRow[], width: number): Html {
  const isNarrow = width < 500;
  const left = isNarrow ? 0 : 210;
  const right = width - 4;
  const low = Math.min(...rows.map(({ latency }) => latency.shape.from));
  const high = Math.max(...rows.map(({ latency }) => latency.shape.to));
  const x = logarithmic(low, high, left, right);
  const row = isNarrow ? ROW + 22 : ROW;
  const foot = TOP + rows.length * row + 6;
  return picture(
    {
      width,
      height: foot + FOOT,
      title: 'Latency',
      about: rows.map(({ name, latency }) => `${name}: ${figuresOf(latency)}`).join('; '),
    },
    rows.map(({ name, latency, place }, i) => {
      const base = TOP + (i + 1) * row;
      return shaded(
        place,
        path(`M${round(left)} ${round(base)}H${round(right)}`, 'grid'),
        path(hill(latency, x, base), 'hill', figuresOf(latency)),
        [latency.p50, latency.p95].map((ms) => path(`M${round(x(ms))} ${round(base - HILL)}V${round(base)}`, 'mark')),
        isNarrow
          ? [
              text(0, base - HILL - 10, clip(name, 16), 'name'),
              text(right, base - HILL - 10, figuresOf(latency), 'note', 'end'),
            ]
          : [text(0, base - 22, clip(name, 24), 'name'), text(0, base - 5, figuresOf(latency), 'note')],
      );
    }),
    below(durationTicks(low, high, isNarrow ? 4 : 8), x, foot, left, right),
    text(right, foot + 38, 'time, logarithmic', 'note', 'end'),
  );
}

const figuresOf = ({ p50, p95 }: Latency): string => `p50 ${duration(p50)} · p95 ${duration(p95)}`;

function hill({ shape: { from, to, counts } }: Latency, x: Scale, base: number): string {
  const smooth = smoothed(smoothed(counts));
  const most = Math.max(...smooth) || 1;
  const ratio = Math.log(to / from) / counts.length;
  const at = (i: number): number => x(from * Math.exp((i + 0.5) * ratio));
  const points = smooth.map((n, i) => [at(i), base - (n / most) * HILL] as const);
  return `${along([[at(-0.5), base], ...points, [at(counts.length - 0.5), base]])}Z`;
}

/** Each value with half of its neighbours. */
const smoothed = (counts: readonly number[]): readonly number[] =>
  counts.map((n, i) => ((counts[i - 1] ?? 0) + 2 * n + (counts[i + 1] ?? 0)) / 4);

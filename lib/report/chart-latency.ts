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

const ROW = 62;
const HILL = 34;
const TOP = 8;
const FOOT = 48;

/** How long flows took, each tier a hill over one axis: half of them left of the white line, 95 % of the second. */
export function drawLatency(rows: readonly LatencyRow[], width: number): Html {
  const isNarrow = width < 500;
  const left = isNarrow ? 0 : 110;
  const right = width - (isNarrow ? 4 : 12);
  const low = Math.min(...rows.map(({ latency }) => latency.shape.from));
  const high = Math.max(...rows.map(({ latency }) => latency.shape.to));
  const x = logarithmic(low, high, left, right);
  const row = isNarrow ? ROW + 18 : ROW;
  const foot = TOP + rows.length * row;
  return picture(
    {
      width,
      height: foot + FOOT,
      title: 'Latency',
      about: rows
        .map(
          ({ name, latency }) => `${name}: half within ${duration(latency.p50)}, 95 % within ${duration(latency.p95)}`,
        )
        .join('; '),
    },
    rows.map((one, i) => {
      const base = TOP + (i + 1) * row - 18;
      return shaded(
        one.place,
        path(`M${round(left)} ${round(base)}H${round(right)}`, 'grid'),
        path(hill(one.latency, x, base), 'hill'),
        marker(x(one.latency.p50), base, `p50 ${duration(one.latency.p50)}`, 'end', left, right),
        marker(x(one.latency.p95), base, `p95 ${duration(one.latency.p95)}`, 'start', left, right),
        isNarrow ? text(0, base - HILL - 8, clip(one.name, 24), 'name') : text(0, base - 4, clip(one.name, 14), 'name'),
      );
    }),
    below(durationTicks(low, high, isNarrow ? 4 : 8), x, foot, left, right),
    text(right, foot + 40, 'time, logarithmic', 'note', 'end'),
  );
}

function hill({ shape: { from, to, counts } }: Latency, x: Scale, base: number): string {
  const smooth = counts.map((n, i) => ((counts[i - 1] ?? 0) + 2 * n + (counts[i + 1] ?? 0)) / 4);
  const most = Math.max(...smooth) || 1;
  const ratio = Math.log(to / from) / counts.length;
  const at = (i: number): number => x(from * Math.exp((i + 0.5) * ratio));
  const points = smooth.map((n, i) => [at(i), base - (n / most) * HILL] as const);
  return `${along([[at(-0.5), base], ...points, [at(counts.length - 0.5), base]])}Z`;
}

/** A line with its value below the hill: left of the median, right of the slow ones. */
function marker(at: number, base: number, label: string, anchor: 'start' | 'end', left: number, right: number): Html {
  const room = label.length * 7;
  const flips = anchor === 'end' ? at - room < left : at + room > right;
  const side = !flips ? anchor : anchor === 'end' ? 'start' : 'end';
  return {
    markup:
      path(`M${round(at)} ${round(base)}v6`, 'mark').markup +
      text(side === 'end' ? at + 3 : at - 3, base + 17, label, 'tick', side).markup,
  };
}

import type { Axis } from './svg-scale.ts';

/** A line of a panel; `undefined` is a gap. */
export interface Trace {
  readonly style: 'first' | 'second' | 'faint';
  readonly fill?: boolean;
  readonly values: readonly (number | undefined)[];
}

/** One small chart. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Class that colours its lines. */
  readonly hue: string;
  readonly axis: Axis;
  readonly traces: readonly Trace[];
  /** Where the step begins and ends, in the same steps as the values. */
  readonly step: readonly [number, number];
  /** Labels below it, by position. */
  readonly times: readonly { readonly at: number; readonly label: string }[];
}

/** A panel as SVG: band of the step, grid, lines, labels. */
export function drawPanel({ x, y, width, height, hue, axis, traces, step, times }: Panel): string {
  const length = Math.max(...traces.map(({ values }) => values.length));
  const px = (at: number): string => (x + (at / length) * width).toFixed(1);
  const py = (share: number): string => (y + height - share * height).toFixed(1);
  const [from, to] = step;
  const band = `<rect class="band" x="${px(from)}" y="${y}" width="${(Number(px(to)) - Number(px(from))).toFixed(1)}" height="${height}"/>`;
  const grid = axis.ticks.map(({ value, label }) => {
    const level = py(axis.at(value));
    return `<path class="grid" d="M${x} ${level}h${width}"/><text class="tick" x="${x - 6}" y="${level}" dy="3.5" text-anchor="end">${label}</text>`;
  });
  const under = times.map(
    ({ at, label }) => `<text class="tick" x="${px(at)}" y="${y + height + 14}" text-anchor="middle">${label}</text>`,
  );
  const lines = traces.map((trace) =>
    drawTrace(trace, { hue, px, py: (value) => py(axis.at(value)), bottom: y + height }),
  );
  return `<g>${band}${grid.join('')}${under.join('')}${lines.join('')}</g>`;
}

function drawTrace(
  { style, fill, values }: Trace,
  at: { hue: string; px: (at: number) => string; py: (value: number) => string; bottom: number },
): string {
  const runs = unbroken(values);
  const paths = runs.map((points) => `M${points.map(([i, value]) => `${at.px(i + 0.5)} ${at.py(value)}`).join('L')}`);
  const area = runs.map((points, i) => `${paths[i]}V${at.bottom}H${at.px(points[0]![0] + 0.5)}Z`);
  const filled = fill ? `<path class="${at.hue} area" d="${area.join('')}"/>` : '';
  return `${filled}<path class="${at.hue} line ${style}" d="${paths.join('')}"/>`;
}

/** Stretches without a gap. */
function unbroken(values: readonly (number | undefined)[]): readonly (readonly [number, number])[][] {
  const runs: [number, number][][] = [];
  values.forEach((value, i) => {
    if (value === undefined) return;
    if (i === 0 || values[i - 1] === undefined) runs.push([]);
    runs.at(-1)!.push([i, value]);
  });
  return runs;
}

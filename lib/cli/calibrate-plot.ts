import { percent } from '../calibrate/diagnosis.ts';
import type { Point } from '../calibrate/estimate.ts';
import type { Calibrated } from '../calibrate/result.ts';

const [WIDTH, HEIGHT] = [720, 420];
const BOX = { left: 76, right: 24, top: 64, bottom: 52 };
/** Shares of wrong answers up to so many times the allowed one are drawn. */
const MISSES_SHOWN = 4;
/** Light and dark by the reader's setting. */
const STYLE = `text{font:11.5px system-ui,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}.title{font-size:16px;font-weight:600}
.note{fill:#656d76}.ground{fill:#fff}.grid{stroke:#d8dee4}.band{fill:#0969da;opacity:.16}.line{fill:none;stroke:#0969da;stroke-width:2}
.target{stroke:#bc4c00;stroke-dasharray:5 3}.chosen{fill:#1a7f37;stroke:#fff;stroke-width:1.5}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}.ground{fill:#0d1117}.grid{stroke:#262c34}.band{fill:#58a6ff}
.line{stroke:#58a6ff}.target{stroke:#f0883e}.chosen{fill:#3fb950;stroke:#0d1117}}`;

/** Accuracy against cost as a picture: the curve with its band, the target, and the chosen point. */
export function calibrationSvg(result: Calibrated): string {
  const { chosen, target } = result;
  // Thresholds far below the target would press all that matters against the upper edge.
  const least = Math.max(0, 1 - MISSES_SHOWN * (1 - target));
  const curve = result.curve.filter(({ accuracy }) => accuracy.low >= least);
  const dearest = Math.max(...curve.map(({ costRatio }) => costRatio));
  const x = (costRatio: number): number => BOX.left + (costRatio / dearest) * (WIDTH - BOX.left - BOX.right);
  const y = (accuracy: number): number =>
    BOX.top + ((1 - accuracy) / (1 - least || 1)) * (HEIGHT - BOX.top - BOX.bottom);
  const line = (points: readonly Point[], of: (point: Point) => number): string =>
    points.map((point) => `${x(point.costRatio).toFixed(1)},${y(of(point)).toFixed(1)}`).join(' ');
  const band = `${line(curve, ({ accuracy }) => accuracy.high)} ${line(curve.toReversed(), ({ accuracy }) => accuracy.low)}`;
  const reference = result.reference === 'labels' ? 'labels' : "the last tier's answers";
  const title = `${percent(target)} certified at ${percent(chosen.costRatio)} of the last tier's cost`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${title}</title><style>${STYLE}</style><rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(BOX.left, 28, title, 'title'),
    text(
      BOX.left,
      48,
      `Share that agrees with ${reference}, against cost; ${result.flows.all} flows. The band holds for a point alone.`,
      'note',
    ),
    ...ticks(least, 1, 5).map(
      (at) =>
        `<line class="grid" x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${y(at)}" y2="${y(at)}"/>${text(BOX.left - 8, y(at) + 4, percent(at), 'note', 'end')}`,
    ),
    ...ticks(0, 1, 5).map((at) => text(x(at), HEIGHT - BOX.bottom + 20, percent(at), 'note', 'middle')),
    text(WIDTH - BOX.right, HEIGHT - 10, 'cost of the last tier alone = 100 %', 'note', 'end'),
    `<polygon class="band" points="${band}"/><polyline class="line" points="${line(curve, ({ accuracy }) => accuracy.expected)}"/>`,
    `<line class="target" x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${y(target)}" y2="${y(target)}"/>`,
    text(WIDTH - BOX.right, y(target) - 6, 'target', 'note', 'end'),
    `<circle class="chosen" cx="${x(chosen.costRatio)}" cy="${y(chosen.accuracy.expected)}" r="6"/>`,
    '</svg>\n',
  ].join('\n');
}

const ticks = (from: number, to: number, count: number): readonly number[] =>
  Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);

function text(x: number, y: number, content: string, className: string, anchor = 'start'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${className}" text-anchor="${anchor}">${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
}

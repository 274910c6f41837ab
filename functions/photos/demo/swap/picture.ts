import { type Bin, binned, perSecond } from './bins.ts';
import type { Point, VersionFigures } from './figures.ts';

/** What is drawn. */
export interface Picture {
  readonly versions: readonly VersionFigures[];
  /** The answers of `small`. */
  readonly points: readonly Point[];
  /** When each flow was answered by whichever tier, in seconds. */
  readonly answeredAt: readonly number[];
}

const WIDTH = 1_080;
const HEIGHT = 520;
const LEFT = 64;
const RIGHT = 24;
const TOP = 126;
const PANEL = 216;
/** The lower panel, of flows a second. */
const LOWER = { top: 390, height: 70 } as const;
/** How much time one dot stands for. */
const BIN_SECONDS = 1.5;

/** Light and dark by the reader's setting; the picture brings its own ground. */
const STYLE = `
text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1f2328;font-size:12px}
.title{font-size:18px;font-weight:600}.name{font-weight:600}.note,.tick{fill:#656d76;font-size:11px}
.ground{fill:#fff;stroke:#d0d7de}.grid{stroke:#d8dee4}.mean{stroke:#0969da;stroke-width:2}.dot{fill:#0969da}
.dots{fill:none;stroke:#0969da;stroke-opacity:.35}.reach{fill:#0969da;opacity:.06}.flows{fill:#afb8c1}
.swapped{stroke:#1a7f37;stroke-width:1.5}.rejected{stroke:#cf222e;stroke-width:1.5;stroke-dasharray:4 3}.sent{stroke:#8c959f;stroke-dasharray:1 3}
text.swapped{stroke:none;fill:#1a7f37;font-weight:600}text.rejected{stroke:none;fill:#cf222e;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.note,.tick{fill:#9198a1}.ground{fill:#0d1117;stroke:#30363d}.grid{stroke:#262c34}
.mean{stroke:#58a6ff}.dot{fill:#58a6ff}.dots{stroke:#58a6ff}.reach{fill:#58a6ff;opacity:.1}.flows{fill:#484f58}
.swapped{stroke:#3fb950}.rejected{stroke:#f85149}text.swapped{fill:#3fb950}text.rejected{fill:#f85149}}`;

/** Accuracy of each version over time, the moments of swaps and rejections, and the flows that went on meanwhile. */
export function toSvg({ versions, points, answeredAt }: Picture): string {
  const served = versions.filter(({ answered }) => answered > 0);
  const bins = served.map(({ version }) =>
    binned(
      points.filter((point) => point.version === version),
      BIN_SECONDS,
    ),
  );
  const seconds = Math.ceil(Math.max(1, ...answeredAt));
  const lowest = Math.min(1, ...bins.flat().map(({ accuracy }) => accuracy));
  // A step below the lowest dot, for the names of the versions.
  const low = Math.max(0, Math.floor(lowest * 20 - 1) / 20);
  const x = (at: number): number => round(LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT));
  const y = (share: number): number => round(TOP + PANEL * (1 - (share - low) / (1 - low)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    '<title>Accuracy of the tier small over time, while its model is swapped</title>',
    `<style>${STYLE}</style><rect class="ground" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>`,
    text(24, 36, 'Models swapped, rejected and rolled back while photos flow', 'title'),
    text(
      24,
      57,
      `Share of right answers of the tier “small”: a dot for about ${BIN_SECONDS} s, a line for all answers of a version. Dotted: a version is sent; the tier looks for one every 5 s.`,
      'note',
    ),
    ...shareTicks(low).map(
      (share) =>
        `<path class="grid" d="M${LEFT} ${y(share)}H${WIDTH - RIGHT}"/>${text(LEFT - 8, y(share) + 4, `${Math.round(share * 100)} %`, 'tick', 'end')}`,
    ),
    ...served.map((version, i) => drawVersion(version, bins[i]!, x, y)),
    ...versions.filter(({ became }) => became !== 'first').map((version) => drawMoment(version, x)),
    drawFlows(answeredAt, x),
    ...secondTicks(seconds).map((at) => text(x(at), HEIGHT - 30, at === 0 ? '0 s' : `${at}`, 'tick', 'middle')),
    '</svg>',
    '',
  ].join('\n');
}

type Scale = (value: number) => number;

function drawVersion({ version, accuracy }: VersionFigures, bins: readonly Bin[], x: Scale, y: Scale): string {
  const [from, to] = [x(bins[0]!.from), x(bins.at(-1)!.to)];
  const dots = bins.map((bin) => ({ cx: x((bin.from + bin.to) / 2), cy: y(bin.accuracy) }));
  return [
    `<rect class="reach" x="${from}" y="${TOP}" width="${round(to - from)}" height="${PANEL}"/>`,
    `<path class="dots" d="M${dots.map(({ cx, cy }) => `${cx} ${cy}`).join('L')}"/>`,
    ...dots.map(({ cx, cy }) => `<circle class="dot" cx="${cx}" cy="${cy}" r="3"/>`),
    `<path class="mean" d="M${from} ${y(accuracy!)}H${to}"/>`,
    text(from + 6, TOP + PANEL - 10, `version ${version}: ${(accuracy! * 100).toFixed(1)} %`, 'name'),
  ].join('');
}

/** A dotted line where a version was sent, and one with its name where the tier had decided on it. */
function drawMoment({ version, title, became, sentAt, decidedAt }: VersionFigures, x: Scale): string {
  const line = (kind: string, at: number, top: number): string =>
    `<path class="${kind}" d="M${at} ${top}V${TOP + PANEL}M${at} ${LOWER.top}v${LOWER.height}"/>`;
  const sent = line('sent', x(sentAt), TOP);
  if (became === 'nothing') return sent;
  const at = x(decidedAt);
  const names = text(at + 5, TOP - 24, `${version} ${became}`, became) + text(at + 5, TOP - 9, title, 'note');
  return sent + line(became, at, TOP - 34) + names;
}

/** That flows are answered all the while is half of what there is to see. */
function drawFlows(answeredAt: readonly number[], x: Scale): string {
  const counts = perSecond(answeredAt);
  const most = Math.max(1, ...counts);
  const { top, height } = LOWER;
  const bars = counts.map((count, second) => {
    const tall = round((height * count) / most);
    return `<rect class="flows" x="${x(second)}" y="${top + height - tall}" width="${round(x(second + 1) - x(second) - 1)}" height="${tall}"/>`;
  });
  return [
    text(LEFT, top - 12, `flows answered a second, by all tiers (at most ${most})`, 'note'),
    ...bars,
    `<path class="grid" d="M${LEFT} ${top + height}H${WIDTH - RIGHT}"/>`,
  ].join('');
}

function shareTicks(low: number): readonly number[] {
  const step = low < 0.6 ? 0.1 : 0.05;
  return Array.from({ length: Math.round((1 - low) / step) + 1 }, (_, i) => 1 - i * step);
}

function secondTicks(seconds: number): readonly number[] {
  const step = 5 * Math.ceil(seconds / 60);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
}

const round = (value: number): number => Math.round(value * 10) / 10;

function text(x: number, y: number, content: string, kind: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}

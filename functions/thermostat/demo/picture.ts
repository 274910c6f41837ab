import type { Moment, WeekOptions } from './week.ts';

const WIDTH = 1_080;
const LEFT = 136;
const RIGHT = 24;
const TOP = 112;
const PANEL = 132;
/** Of the strip below a panel that shows the heater. */
const STRIP = 10;
const ROW = PANEL + STRIP + 58;

/** Light and dark by the reader's setting; the picture brings its own ground. */
const STYLE = `
text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1f2328;font-size:12px}
.title{font-size:18px;font-weight:600}.name{font-size:13px;font-weight:600}.note,.tick{fill:#656d76;font-size:11px}
.ground{fill:#fff;stroke:#d0d7de}.grid{stroke:#d8dee4}.band{fill:#0969da;opacity:.15}.desired{fill:none;stroke:#0969da;stroke-width:1}
.temperature{fill:none;stroke:#1f2328;stroke-width:1.6;stroke-linejoin:round}.off{fill:#eaeef2}.on{fill:#bc4c00}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.note,.tick{fill:#9198a1}.ground{fill:#0d1117;stroke:#30363d}
.grid{stroke:#262c34}.band{fill:#58a6ff;opacity:.22}.desired{stroke:#58a6ff}.temperature{stroke:#e6edf3}.off{fill:#262c34}.on{fill:#f0883e}}`;

/** Rooms over time, one below the other: temperature, the band that was set, and when the heater was on. */
export function toSvg({ rates, every }: WeekOptions, rooms: readonly (readonly Moment[])[]): string {
  const height = TOP + ROW * rooms.length - 12;
  const axis = axisOf(rooms.flat());
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>Temperature, setting and heater of ${rooms.length} rooms over time</title>`,
    `<style>${STYLE}</style><rect class="ground" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    text(24, 36, 'Heaters that follow settings which change', 'title'),
    text(
      24,
      57,
      `Simulated rooms, a reading a minute, a new setting every ${every} minutes. A degree takes ${rates.up} min up and ${rates.down} min down.`,
      'note',
    ),
    legend(82),
    ...rooms.map((room, i) => drawRoom(room, `sensor ${i + 1}`, TOP + ROW * i, axis)),
    '</svg>',
    '',
  ].join('\n');
}

/** Degrees from the lowest to the highest of all panels: with one scale they can be compared. */
interface Axis {
  readonly low: number;
  readonly high: number;
}

function axisOf(moments: readonly Moment[]): Axis {
  const values = moments.flatMap(({ temperature, setting }) => [temperature, ...(setting ? edges(setting) : [])]);
  return { low: Math.floor(Math.min(...values)), high: Math.ceil(Math.max(...values)) };
}

type Setting = NonNullable<Moment['setting']>;
const edges = ({ desired, upDelta, downDelta }: Setting): [number, number] => [desired - downDelta, desired + upDelta];

function drawRoom(room: readonly Moment[], name: string, top: number, { low, high }: Axis): string {
  const x = (minute: number): string => (LEFT + (minute / room.length) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (degrees: number): string => (top + PANEL * (1 - (degrees - low) / (high - low))).toFixed(1);
  const box = (kind: string, from: number, to: number, upper: string, lower: string): string =>
    `<path class="${kind}" d="M${x(from)} ${upper}H${x(to)}V${lower}H${x(from)}Z"/>`;
  const strip = [(top + PANEL + 8).toFixed(1), (top + PANEL + 8 + STRIP).toFixed(1)] as const;
  return [
    '<g>',
    text(24, top + PANEL / 2 + 4, name, 'name'),
    ...degreeTicks(low, high).map(
      (degrees) =>
        `<path class="grid" d="M${LEFT} ${y(degrees)}H${WIDTH - RIGHT}"/>${text(LEFT - 8, Number(y(degrees)) + 4, `${degrees}°`, 'tick', 'end')}`,
    ),
    ...stretches(room, ({ setting }) => setting).map(({ value, from, to }) =>
      value
        ? `${box('band', from, to, y(edges(value)[1]), y(edges(value)[0]))}<path class="desired" d="M${x(from)} ${y(value.desired)}H${x(to)}"/>`
        : '',
    ),
    `<path class="temperature" d="M${room.map(({ temperature }, i) => `${x(i)} ${y(temperature)}`).join('L')}"/>`,
    text(LEFT - 8, top + PANEL + 17, 'heater', 'tick', 'end'),
    ...stretches(room, ({ on }) => on).map(({ value, from, to }) => box(value ? 'on' : 'off', from, to, ...strip)),
    ...hourTicks(room.length).map(({ minute, label }) =>
      text(
        Number(x(minute)),
        top + PANEL + STRIP + 24,
        label,
        'tick',
        minute === 0 ? 'start' : minute === room.length ? 'end' : 'middle',
      ),
    ),
    '</g>',
  ].join('');
}

/** Runs of minutes with one value. */
function stretches<T>(
  room: readonly Moment[],
  of: (moment: Moment) => T,
): readonly { readonly value: T; readonly from: number; readonly to: number }[] {
  const runs: { value: T; from: number; to: number }[] = [];
  room.forEach((moment, i) => {
    const value = of(moment);
    const last = runs.at(-1);
    if (last && last.value === value) last.to = i + 1;
    else runs.push({ value, from: i, to: i + 1 });
  });
  return runs;
}

/** Multiples of five degrees, or of more where rooms got far. */
function degreeTicks(low: number, high: number): readonly number[] {
  const step = 5 * Math.ceil((high - low) / 25);
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((high - first) / step) + 1) }, (_, i) => first + i * step);
}

/** About eight times of day, at whole steps. */
function hourTicks(minutes: number): readonly { readonly minute: number; readonly label: string }[] {
  const step =
    [10, 30, 60, 180, 360, 720, 1_440].find((size) => minutes / size <= 8) ?? 1_440 * Math.ceil(minutes / 1_440 / 8);
  return Array.from({ length: Math.floor(minutes / step) + 1 }, (_, i) => {
    const minute = i * step;
    const hours = `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
    return { minute, label: i === 0 ? `${hours} h` : hours };
  });
}

function legend(y: number): string {
  const entries: readonly (readonly [string, string])[] = [
    [`<path class="temperature" d="M0 0h22"/>`, 'temperature, degrees'],
    [`<path class="band" d="M0 -6h22v12h-22Z"/><path class="desired" d="M0 0h22"/>`, 'desired, and how far it may go'],
    [`<path class="on" d="M0 -5h22v10h-22Z"/>`, 'heater on'],
    [`<path class="off" d="M0 -5h22v10h-22Z"/>`, 'off'],
  ];
  let x = 24;
  return entries
    .map(([mark, label]) => {
      const drawn = `<g transform="translate(${x} ${y})">${mark}${text(30, 4, label, 'note')}</g>`;
      x += 62 + label.length * 6.2;
      return drawn;
    })
    .join('');
}

function text(x: number, y: number, content: string, kind: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}

import { count } from './format.ts';
import { rateAt } from './load.ts';
import type { Second } from './series.ts';
import type { Outcome, TierOutcome } from './simulate.ts';
import { drawPanel, type Panel, type Trace } from './svg-panel.ts';
import { linearAxis, timeAxis } from './svg-scale.ts';

const WIDTH = 1_080;
const LEFT = 134;
const GAP = 60;
const PANEL = { width: 252, height: 104 };
const TOP = 148;
const ROW = PANEL.height + 48;
/** Seconds that share a point: a panel has about 250 pixels. */
const POINT_SECONDS = 5;

/** Light and dark by the reader's setting; the picture brings its own ground. */
const STYLE = `
text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#1f2328;font-size:12px}
.title{font-size:18px;font-weight:600}.name{font-size:15px;font-weight:600}.head{font-size:13px;font-weight:600}
.note,.tick{fill:#656d76}.tick{font-size:10px}.note{font-size:11px}
.ground{fill:#fff;stroke:#d0d7de}.grid{stroke:#d8dee4;stroke-width:1}.band{fill:#f1f4f7}
.line{fill:none;stroke-width:1.7;stroke-linejoin:round}.area{stroke:none;opacity:.16}
.first{stroke-width:1.8}.second{stroke-dasharray:5 3}.faint{stroke-dasharray:1.5 2.5;stroke-width:1.4}
.line.blue{stroke:#0969da}.area.blue{fill:#0969da}.line.orange{stroke:#bc4c00}.area.orange{fill:#bc4c00}
.line.violet{stroke:#8250df}.area.violet{fill:#8250df}.line.faint{stroke:#6e7781}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.note,.tick{fill:#9198a1}.ground{fill:#0d1117;stroke:#30363d}
.grid{stroke:#262c34}.band{fill:#161b22}.line.blue{stroke:#58a6ff}.area.blue{fill:#58a6ff}.line.orange{stroke:#f0883e}
.area.orange{fill:#f0883e}.line.violet{stroke:#bc8cff}.area.violet{fill:#bc8cff}.line.faint{stroke:#8b949e}}`;

/** A run as one picture: a row for the cascade and for each tier; flow or backlog, concurrency and latency over time. */
export function toSvg(outcome: Outcome): string {
  const { tiers, run } = outcome;
  const { load, accountConcurrency } = run;
  const height = TOP + ROW * (tiers.length + 1) - 8;
  const rows = [cascadeRow(outcome, TOP), ...tiers.map((tier, i) => tierRow(tier, outcome, TOP + ROW * (i + 1)))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>Backlog, concurrency and latency of each tier when ${load.from} flows a second become ${load.to}</title>`,
    `<style>${STYLE}</style><rect class="ground" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    text(24, 36, `From ${count(load.from)} to ${load.to.toLocaleString('en')} flows a second`, 'title'),
    text(
      24,
      57,
      `Simulated from the scaling rules AWS publishes, not measured on AWS. ${accountConcurrency.toLocaleString('en')} invocations at a time in the account. The step is shaded.`,
      'note',
    ),
    heading(0, 'Messages waiting', 'blue', [
      ['first', 'in its queue'],
      ['second', 'in the stream of its join'],
    ]),
    heading(1, 'Invocations at a time', 'orange', [
      ['first', 'at work'],
      ['faint', 'event sources allow'],
    ]),
    heading(2, 'Latency, logarithmic', 'violet', [
      ['first', 'p50'],
      ['second', 'p99'],
    ]),
    ...rows,
    '</svg>\n',
  ].join('\n');
}

function cascadeRow({ all, run, tiers }: Outcome, y: number): string {
  const { seconds } = all;
  const answered = seconds.map(({ results }) => results);
  return [
    label(y, 'cascade', [`${tiers.length} tiers`, 'latency: from sent', 'to answered']),
    text(columnAt(0), y - 7, 'here: flows answered a second; dotted: sent', 'note'),
    panel(0, y, run.load, 'blue', [
      { style: 'faint', values: mean(seconds.map(({ second }) => rateAt(run.load, second))) },
      { style: 'first', fill: true, values: mean(answered) },
    ]),
    concurrency(y, seconds, run.load),
    latency(y, seconds, run.load),
  ].join('\n');
}

function tierRow({ shape, seconds }: TierOutcome, { run }: Outcome, y: number): string {
  const { batchSize, windowSeconds, memorySize } = shape.settings;
  const own = Math.max(
    0,
    shape.queues.findIndex(({ kind }) => kind === 'signal'),
  );
  const waiting = shape.queues.map((_, i): Trace => {
    const values = mean(seconds.map(({ backlog }) => backlog[i]));
    return i === own ? { style: 'first', fill: true, values } : { style: 'second', values };
  });
  const limits = shape.queues[0]!;
  return [
    label(y, shape.name, [
      `batch ${batchSize}, window ${windowSeconds} s`,
      `${memorySize.toLocaleString('en')} MiB`,
      ...(limits.pollers ? [`pollers ${limits.pollers.minimum} to ${limits.pollers.maximum}`] : []),
      ...(limits.maxConcurrency ? [`at most ${limits.maxConcurrency} a queue`] : []),
    ]),
    panel(0, y, run.load, 'blue', waiting),
    concurrency(y, seconds, run.load),
    latency(y, seconds, run.load),
  ].join('\n');
}

function concurrency(y: number, seconds: readonly Second[], load: Outcome['run']['load']): string {
  return panel(1, y, load, 'orange', [
    { style: 'faint', values: mean(seconds.map(({ allowed }) => allowed)) },
    { style: 'first', fill: true, values: mean(seconds.map((second) => second.concurrency)) },
  ]);
}

function latency(y: number, seconds: readonly Second[], load: Outcome['run']['load']): string {
  const p50 = mean(seconds.map((second) => second.p50));
  const p99 = mean(seconds.map((second) => second.p99));
  const known = [...p50, ...p99].filter((value) => value !== undefined);
  const axis = timeAxis(Math.min(...known), Math.max(...known));
  return panel(
    2,
    y,
    load,
    'violet',
    [
      { style: 'second', values: p99 },
      { style: 'first', values: p50 },
    ],
    axis,
  );
}

function panel(
  column: number,
  y: number,
  load: Outcome['run']['load'],
  hue: string,
  traces: readonly Trace[],
  axis?: Panel['axis'],
): string {
  const largest = Math.max(...traces.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const minutes = Array.from({ length: Math.floor(load.end / 120) + 1 }, (_, i) => 2 * i);
  return drawPanel({
    x: columnAt(column),
    y,
    ...PANEL,
    hue,
    traces,
    axis: axis ?? linearAxis(largest),
    step: [load.at / POINT_SECONDS, (load.at + load.hold) / POINT_SECONDS],
    times: minutes.map((minute) => ({
      at: (minute * 60) / POINT_SECONDS,
      label: minute === minutes.at(-1) ? `${minute} min` : `${minute}`,
    })),
  });
}

const columnAt = (column: number): number => LEFT + 46 + column * (PANEL.width + GAP);

function heading(column: number, name: string, hue: string, lines: readonly (readonly [string, string])[]): string {
  const x = columnAt(column);
  let at = x;
  const legend = lines.map(([style, what]) => {
    const drawn = `<path class="${hue} line ${style}" d="M${at} 108h22"/>${text(at + 28, 112, what, 'note')}`;
    at += 44 + what.length * 6;
    return drawn;
  });
  return text(x, 92, name, 'head') + legend.join('');
}

function label(y: number, name: string, notes: readonly string[]): string {
  return text(24, y + 14, name, 'name') + notes.map((note, i) => text(24, y + 33 + i * 16, note, 'note')).join('');
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text class="${style}" x="${x}" y="${y}">${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;
}

/** Averages over the seconds of a point; nothing known is a gap. */
function mean(values: readonly (number | undefined)[]): readonly (number | undefined)[] {
  return Array.from({ length: Math.ceil(values.length / POINT_SECONDS) }, (_, i) => {
    const known = values.slice(i * POINT_SECONDS, (i + 1) * POINT_SECONDS).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

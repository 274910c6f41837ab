import { ANSWERS, type ControlPlan, type Graph, type TierPlan } from './plan.ts';

/** The column that a flow goes down in the picture. */
const SPINE = 14;
const INDENT = ' '.repeat(SPINE - 2);

/** The application as a picture in text: every flow enters at the top and goes down until a tier accepts it. */
export function printGraph(graph: Graph): string {
  const width = Math.max(...graph.tiers.map((plan) => plan.tier.name.length + acceptText(plan).length));
  const lines = graph.tiers.flatMap((plan) => [
    ...entryLines(plan),
    tierLine(plan, width),
    ...exitLines(plan),
    ...(plan.next ? [] : ['']),
  ]);
  const { destination } = graph;
  const answers = destination
    ? `[${ANSWERS}] ──▶ destination ${destination.destination.name}`
    : `[${ANSWERS}] are read by your own consumer: no file defines a destination`;
  const controls = graph.controls ? `  ${controlsLine(graph.controls)}\n` : '';
  return `${graph.application}\n\n${lines.join('\n')}\n  ${answers}\n${controls}`;
}

const controlsLine = ({ reads, controls }: ControlPlan): string =>
  `[${reads[0]!.queue}] ──▶ ${controls.map(({ name }) => name).join(', ')}`;

const spine = (text: string): string => `${' '.repeat(SPINE)}${text}`;

function entryLines(plan: TierPlan): readonly string[] {
  const { name, joins } = plan.tier;
  if (plan.mode === 'entry') return [`   data ──▶ [${name}]`, spine('│')];
  if (!joins) return [`${INDENT}[${name}]`, spine('│')];
  const apart = Number.isFinite(joins.maxTimeDiffMs) ? `, at most ${durationText(joins.maxTimeDiffMs)} apart` : '';
  const latest = joins.signals === 'latest' ? ', latest signal' : '';
  return [
    `${INDENT}[${name}] ◀── join ──▶ [${name}.${joins.stream.name}] ◀── data`,
    spine(`│  by flow id${apart}${latest}; a half waits ${durationText(joins.ttlMs)}`),
  ];
}

function tierLine(plan: TierPlan, width: number): string {
  const { name } = plan.tier;
  const when = acceptText(plan);
  const notes = notesOf(plan);
  const line = spine(`λ ${name} ── ${when} ${'─'.repeat(width - name.length - when.length + 2)}▶ [${plan.answers}]`);
  return notes ? `${line}   ${notes}` : line;
}

/** When a tier accepts. */
export function acceptText(plan: TierPlan): string {
  const { satisfied, exhausted } = plan.tier;
  return !satisfied || (!plan.next && exhausted === 'accept') ? 'always' : `score ≥ ${satisfied.atLeast}`;
}

function exitLines(plan: TierPlan): readonly string[] {
  const { satisfied, exhausted } = plan.tier;
  if (!satisfied) return [];
  const below = `score < ${satisfied.atLeast}`;
  if (plan.next) {
    const brings = plan.next.joins ? 'the signal alone' : 'the signal with its data';
    return [spine('│'), spine(`│ ${below}: escalates ${brings}`), spine('▼')];
  }
  return exhausted === 'accept'
    ? [spine(`  ${below}: accepted all the same while no tier follows`)]
    : [spine(`└─ ${below} ──▶ [${plan.deadLetters}]`)];
}

function notesOf(plan: TierPlan): string {
  const { workers, audit, delivery, timing, retired } = plan.tier;
  return [
    retired && 'retired: works off what waits',
    timing.batchSize > 1 && `batch ${timing.batchSize}`,
    workers && `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    audit && `audits ${Number((audit * 100).toPrecision(4))} %`,
    timing.pace && `at most one in ${durationText(timing.pace.intervalMs)}`,
    delivery === 'once' && 'once',
  ]
    .filter(Boolean)
    .join(', ');
}

function durationText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, size] = units.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

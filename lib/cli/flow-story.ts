import type { DecisionRecord } from '../core/decision.ts';
import { isControl } from '../core/log/flow-ends.ts';
import { inStoryOrder } from './flow-order.ts';
import { paint } from './io.ts';
import { bytesText, count, msText, scoreText, shellText, shown, timeText } from './text.ts';

/** How a flow stands after its last decision. */
export interface Standing {
  readonly standing: 'answered' | 'dead-lettered' | 'dropped' | 'expired' | 'waiting' | 'under way';
  readonly tier: string;
}

/** How a flow stands: an answer counts whatever came before or after it. */
function standingOf(records: readonly DecisionRecord[]): Standing {
  const answer = records.find((record) => record.decision === 'accepted');
  if (answer) return { standing: 'answered', tier: answer.tier };
  const last = records.findLast((record) => record.decision !== 'duplicate') ?? records.at(-1)!;
  return { standing: standingAfter(last), tier: last.tier };
}

function standingAfter({ decision, until }: DecisionRecord): Standing['standing'] {
  if (decision === 'failed') return 'dead-lettered';
  if (decision === 'dropped' || decision === 'expired') return decision;
  if (decision === 'throttled') return until === undefined ? 'dropped' : 'waiting';
  return decision === 'parked' || decision === 'retried' || decision === 'skewed' ? 'waiting' : 'under way';
}

/** A flow's decisions with what they add up to; a control's have no standing, as nothing waits for an answer. */
export function flowJson(flow: string, records: readonly DecisionRecord[]): object {
  const inOrder = inStoryOrder(records);
  return {
    flow,
    ...(!isControl(flow) && standingOf(inOrder)),
    application: records[0]!.application,
    totals: totalsOf(records),
    decisions: inOrder,
  };
}

function totalsOf(records: readonly DecisionRecord[]): {
  readonly predictions: number;
  readonly modelMs: number;
  readonly calls: { readonly queue: number; readonly table: number; readonly object: number };
  readonly fetched: number;
  readonly declared: number;
} {
  const sum = (of: (record: DecisionRecord) => number | undefined): number =>
    records.reduce((total, record) => total + (of(record) ?? 0), 0);
  return {
    predictions: records.filter((record) => record.modelMs !== undefined).length,
    modelMs: sum((r) => r.modelMs),
    calls: { queue: sum((r) => r.calls.queue), table: sum((r) => r.calls.table), object: sum((r) => r.calls.object) },
    fetched: sum((r) => r.bytes?.fetched),
    declared: most(records, (r) => r.bytes?.declared ?? 0),
  };
}

/** The flow's story in text; `placeOptions` lead the commands it names to the same place. */
export function flowText(flow: string, records: readonly DecisionRecord[], placeOptions: string): string {
  const width = most(records, (record) => record.tier.length);
  const inOrder = inStoryOrder(records);
  const steps = inOrder.map((record) => stepText(record, width, flow, placeOptions));
  const head = isControl(flow) ? controlHead(flow, inOrder) : flowHead(flow, inOrder);
  return `${head}\n\n${steps.join('\n')}\n\n${totalsText(flow, records)}`.trimEnd();
}

function flowHead(flow: string, records: readonly DecisionRecord[]): string {
  const { standing, tier } = standingOf(records);
  const good = standing === 'answered' ? 'green' : standing === 'dead-lettered' ? 'red' : 'yellow';
  const by = standing === 'answered' ? `by ${tier}` : `at ${tier}`;
  return `${paint('bold', `flow ${shown(flow)}`)}: ${paint(good, standing)} ${by}`;
}

/** No flow stands anywhere: what happened to the control last. */
function controlHead(flow: string, inOrder: readonly DecisionRecord[]): string {
  const { decision, tier } = inOrder.at(-1)!;
  const colour = decision === 'failed' || decision === 'rejected' ? 'red' : 'green';
  const name = shown(flow.slice(flow.indexOf('#') + 1));
  return `${paint('bold', `control ${name}`)}: last ${paint(colour, decision)} at ${tier}`;
}

function stepText(record: DecisionRecord, width: number, flow: string, placeOptions: string): string {
  const time = timeText(record.at);
  const colour = record.decision === 'failed' ? 'red' : record.decision === 'retried' ? 'yellow' : 'cyan';
  const head = `  ${paint('dim', time)}  ${record.tier.padEnd(width)}  ${paint(colour, record.decision.padEnd(9))}`;
  const pad = ' '.repeat(time.length + width + 17);
  const lines = [whyText(record), costText(record), ...nextTexts(record, flow, placeOptions)].filter(
    (line) => line !== '',
  );
  return `${head}  ${lines.join('\n').replaceAll('\n', `\n${pad}`)}`.trimEnd();
}

/** Why it was decided so: the score against its threshold, or the reason given. */
function whyText(record: DecisionRecord): string {
  const { score, threshold, exhausted, audit, reason, attempt, decision, controls, out = [] } = record;
  const parts: string[] = [];
  if (score !== undefined && threshold !== undefined) {
    parts.push(`score ${scoreText(score)} ${score >= threshold ? '≥' : '<'} ${threshold}`);
  }
  if (controls) parts.push(`controls: ${controlsText(controls)}`);
  if (exhausted) parts.push('accepted all the same: no tier follows');
  if (decision === 'failed' || decision === 'retried') parts.push(`attempt ${attempt}`);
  if (out.length > 0) parts.push(`→ ${out.map(({ to }) => `[${to}]`).join(' and ')}`);
  if (audit) parts.push('escalated in shadow as well');
  const why = parts.join('  ');
  return reason === undefined ? why : [why, shown(reason)].filter((line) => line !== '').join('\n');
}

/** Versions of the controls it was decided with; a key may be in their names, as a stranger sent it. */
function controlsText(controls: NonNullable<DecisionRecord['controls']>): string {
  return Object.entries(controls)
    .map(([name, version]) => `${shown(name)} v${version}`)
    .join(', ');
}

function costText({ modelMs, latencyMs, calls, bytes }: DecisionRecord): string {
  return paint(
    'dim',
    [
      modelMs !== undefined && `model ${msText(modelMs)}`,
      latencyMs !== undefined && `${msText(latencyMs)} after it was sent here`,
      callsText(calls),
      bytes && fetchedText(bytes),
    ]
      .filter(Boolean)
      .join(' · '),
  );
}

function nextTexts({ decision, until }: DecisionRecord, flow: string, placeOptions: string): readonly string[] {
  if (decision === 'failed') return [`redrive it: npx sluice dlq redrive --flow ${shellText(flow)}${placeOptions}`];
  return until === undefined ? [] : [`comes back at ${timeText(until)}`];
}

function callsText(calls: DecisionRecord['calls']): string {
  return [
    calls.queue > 0 && `${count(calls.queue, 'message')} sent`,
    calls.table > 0 && count(calls.table, 'table call'),
    calls.object > 0 && count(calls.object, 'object call'),
  ]
    .filter(Boolean)
    .join(', ');
}

function totalsText(flow: string, records: readonly DecisionRecord[]): string {
  const { predictions, modelMs, calls, fetched, declared } = totalsOf(records);
  const parts = [
    ...(isControl(flow)
      ? []
      : [timeTaken(records), `${count(predictions, 'prediction')}, ${msText(modelMs)} of model time`]),
    callsText(calls),
    declared + fetched > 0 && fetchedText({ fetched, declared }),
  ];
  return `  ${parts.filter(Boolean).join(' · ')}`;
}

/** The largest of a figure. The decisions on a control may be more than `Math.max` takes arguments. */
const most = (records: readonly DecisionRecord[], of: (record: DecisionRecord) => number): number =>
  records.reduce((largest, record) => Math.max(largest, of(record)), Number.NEGATIVE_INFINITY);

/** Whatever order its records were written in: an answer may be delivered before its tier has told of it. */
function timeTaken(records: readonly DecisionRecord[]): string {
  const sent = -most(records, ({ at, latencyMs = 0 }) => latencyMs - at);
  const last = most(records, ({ at }) => at);
  return `${msText(last - sent)} from the first send to the last decision`;
}

/** A half declares its objects when it is parked, so what is fetched after the join may be more than what this step declared. */
function fetchedText({ fetched, declared }: { readonly fetched: number; readonly declared: number }): string {
  return fetched > declared
    ? `${bytesText(fetched)} fetched`
    : `${bytesText(fetched)} of ${bytesText(declared)} fetched`;
}

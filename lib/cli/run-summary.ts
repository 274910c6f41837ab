import { paintNote } from './io.ts';
import type { Fed } from './run-feed.ts';
import type { Ledger } from './run-ledger.ts';
import { table } from './table.ts';
import { count, msText, reasonText, shown } from './text.ts';

/** A run at its end. */
export interface RunEnd {
  readonly fed: Fed;
  readonly ledger: Ledger;
  readonly ms: number;
  /** Stopped before all flows had ended. */
  readonly interrupted: boolean;
}

/** Unanswered flows that are named, to people and to programs. */
const NAMED = { text: 5, json: 1_000 };

/** The summary as data. */
export function summaryJson({ fed, ledger, ms }: RunEnd): object {
  const tiers = Object.fromEntries([...ledger.tiers()].map(([tier, counts]) => [tier, Object.fromEntries(counts)]));
  const unansweredFlows = ledger.unanswered(NAMED.json);
  const ends = { ...ledger.totals(), unansweredFlows };
  return { summary: { ...fed, ...ends, tiers, deadLetters: ledger.reasons(), ms: Math.round(ms) } };
}

/** The summary as people read it. */
export function summaryText({ fed, ledger, ms, interrupted }: RunEnd): string {
  const { flows, ...ends } = ledger.totals();
  const bad = fed.bad > 0 ? `, ${paintNote('red', `${fed.bad} not sent`)}` : '';
  const rate = ms > 0 ? ` (${Math.round((flows / ms) * 1_000)} flows/s)` : '';
  const parts = [
    `${count(fed.lines, 'line')}, ${fed.sent} sent${bad}: ${count(flows, 'flow')} in ${msText(ms)}${rate}`,
    table(
      ['answered', 'dropped', 'expired', 'dead-lettered', 'unanswered'],
      [[ends.answered, ends.dropped, ends.expired, ends.deadLettered, ends.unanswered]],
      paintNote,
    ),
    ...(ledger.tiers().size > 0 ? [tierTable(ledger)] : []),
  ];
  const reasons = ledger.reasons();
  if (reasons.length > 0) {
    const rows = reasons.map((r) => [r.tier, r.code, r.count, shown(r.flow ?? ''), reasonText(r.reason, 100)]);
    parts.push(`Dead letters:\n${table(['tier', 'code', 'count', 'first flow', 'reason'], rows, paintNote)}`);
  }
  if (ends.unanswered > 0) parts.push(unansweredText(ledger, ends.unanswered, interrupted));
  return parts.join('\n\n');
}

function unansweredText(ledger: Ledger, unanswered: number, interrupted: boolean): string {
  const named = ledger.unanswered(NAMED.text).map(shown);
  const more = unanswered > named.length ? ` and ${unanswered - named.length} more; --json names them` : '';
  const fix = interrupted
    ? 'They were on their way when the run was stopped.'
    : 'Where a tier joins, send both halves under one flow id, no further apart than its maxTimeDiff and ttl.';
  return `Unanswered: ${named.join(', ')}${more}\n  → ${fix}`;
}

function tierTable(ledger: Ledger): string {
  const tiers = [...ledger.tiers()].filter(([, counts]) => !counts.has('delivered') || counts.size > 1);
  const decisions = [...new Set(tiers.flatMap(([, counts]) => [...counts.keys()]))].filter((d) => d !== 'delivered');
  const rows = tiers.map(([tier, counts]) => [tier, ...decisions.map((decision) => counts.get(decision) ?? 0)]);
  return table(['tier', ...decisions], rows, paintNote);
}

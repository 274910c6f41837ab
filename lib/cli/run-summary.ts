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
}

/** The summary as data. */
export function summaryJson({ fed, ledger, ms }: RunEnd): object {
  const tiers = Object.fromEntries([...ledger.tiers()].map(([tier, counts]) => [tier, Object.fromEntries(counts)]));
  return { summary: { ...fed, ...ledger.totals(), tiers, deadLetters: ledger.reasons(), ms: Math.round(ms) } };
}

/** The summary as people read it. */
export function summaryText({ fed, ledger, ms }: RunEnd): string {
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
  return parts.join('\n\n');
}

function tierTable(ledger: Ledger): string {
  const tiers = [...ledger.tiers()].filter(([, counts]) => !counts.has('delivered') || counts.size > 1);
  const decisions = [...new Set(tiers.flatMap(([, counts]) => [...counts.keys()]))].filter((d) => d !== 'delivered');
  const rows = tiers.map(([tier, counts]) => [tier, ...decisions.map((decision) => counts.get(decision) ?? 0)]);
  return table(['tier', ...decisions], rows, paintNote);
}

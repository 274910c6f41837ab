import type { RedecidedTier } from '../core/log/redecided.ts';
import type { RedecidedLog } from '../runtime/log/redecide.ts';
import { problemsText } from './log-problems.ts';
import { table } from './table.ts';
import { count } from './text.ts';

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
const arrow = (before: string | number, after: string | number): string =>
  before === after ? String(after) : `${before} → ${after}`;

/** What other thresholds would have decided, as people read it. */
export function redecidedText(result: RedecidedLog): string {
  const rows = result.tiers.map(rowOf);
  const headings = [
    'tier',
    'with',
    'flows',
    'answered',
    'escalated',
    'rate',
    'newly sure',
    'no longer sure',
    'not known',
  ];
  return [table(headings, rows), '', ...sentences(result)].join('\n');
}

function rowOf({ tier, threshold, logged, now, spared, woken, unknown }: RedecidedTier): readonly (string | number)[] {
  return [
    tier,
    threshold ?? 'as logged',
    arrow(logged.flows, now.flows),
    arrow(logged.answered, now.answered),
    arrow(logged.escalated, now.escalated),
    arrow(percent(logged.escalationRate), percent(now.escalationRate)),
    spared,
    woken,
    unknown,
  ];
}

function sentences(result: RedecidedLog): readonly string[] {
  const { records, verdicts, changed, unknown, undecided, duplicates, contradictions, problems } = result;
  return [
    `${count(changed, 'flow')} would take another way, of ${count(verdicts, 'verdict')} in ${count(records, 'record')}.`,
    unknown > 0
      ? `${count(unknown, 'flow')} would come to a tier that never ran on them: what it says, only an audit or a replay can tell.`
      : '',
    undecided > 0
      ? `${count(undecided, 'flow')} would no longer satisfy their tier, and the log does not show what it does with such flows.`
      : '',
    contradictions > 0
      ? `${count(contradictions, 'verdict does', 'verdicts do')} not follow from their own score and threshold.`
      : '',
    duplicates > 0 ? `${count(duplicates, 'verdict')} came again and counted once.` : '',
    problemsText(problems),
  ].filter((sentence) => sentence !== '');
}

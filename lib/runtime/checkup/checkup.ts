import { keepingUp, lettersKept } from './ages.ts';
import type { Check, Checked, Finding } from './finding.ts';
import { beingRead, deployedWhole, settingsHold, withoutDeadLetters } from './queues.ts';
import { safeToRemove } from './removal.ts';
import { expiring, upToDate } from './state.ts';

const CHECKS: readonly Check[] = [
  deployedWhole,
  beingRead,
  settingsHold,
  expiring,
  withoutDeadLetters,
  lettersKept,
  keepingUp,
  upToDate,
  safeToRemove,
];
const ORDER = ['error', 'warning', 'note'];

/** Everything that is not as it should be with a cascade, the worst first. */
export function checkup(checked: Checked): readonly Finding[] {
  return CHECKS.flatMap((check) => check(checked)).sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  );
}

import type { TierDecision } from '../core/log/compare.ts';
import type { Replayed } from '../local/replay.ts';
import { table } from './table.ts';
import { count, scoreText, shown } from './text.ts';

/** Changes told one by one; `--json` has them all. */
const TOLD = 10;

/** Decisions then and now, as people read them. */
export function replayedText(result: Replayed): string {
  const { flows, same, changed, tiers, changes } = result;
  const rows = tiers.map((tier) => [
    tier.tier,
    tier.compared,
    tier.same,
    tier.changed,
    tier.onlyLogged,
    tier.onlyNow,
    scoreText(tier.meanScoreDelta),
    scoreText(tier.maxScoreDelta),
  ]);
  const headings = ['tier', 'compared', 'same', 'changed', 'only then', 'only now', 'score: mean change', 'most'];
  const told = changes
    .slice(0, TOLD)
    .map(({ flow, tier, logged, now }) => `  ${shown(flow)}  ${tier}: ${decisionText(logged)} → ${decisionText(now)}`);
  const more = changes.length > TOLD ? [`  and ${changes.length - TOLD} more: --json has them all`] : [];
  const list = told.length > 0 ? ['', ...told, ...more] : [];
  const summary = `${count(flows, 'flow')} compared: ${same} the same, ${changed} changed.`;
  const compared = rows.length > 0 ? [table(headings, rows), ...list, ''] : [];
  return [...compared, summary, ...sentences(result)].join('\n');
}

function decisionText(decision: TierDecision | undefined): string {
  if (!decision) return 'did not come there';
  if (decision.code !== undefined) return `${decision.decision}: ${decision.code}`;
  return decision.score === undefined ? decision.decision : `${decision.decision} (${scoreText(decision.score)})`;
}

function sentences({ answers, notLogged, notSent, withoutObjects, more, flows }: Replayed): readonly string[] {
  const { same, changed, unknown } = answers;
  const [first] = notSent;
  return [
    flows === 0 && notLogged === 0 && withoutObjects === 0
      ? 'The log captured no input: set capture on the first tier, or give --input.'
      : '',
    same + changed > 0 ? `Answers of the same tier: ${same} the same, ${changed} changed.` : '',
    unknown > 0 ? `${count(unknown, 'answer')} could not be compared: the log did not capture them.` : '',
    notLogged > 0 ? `${count(notLogged, 'flow')} sent and not in the log.` : '',
    first ? `${count(notSent.length, 'flow')} could not be sent; ${shown(first.flow)}: ${shown(first.reason)}` : '',
    withoutObjects > 0
      ? `${count(withoutObjects, 'flow')} not comparable: their objects were not captured. Replay them with --input.`
      : '',
    more ? 'There are more: --flows says how many to take.' : '',
  ].filter((sentence) => sentence !== '');
}

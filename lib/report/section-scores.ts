import { drawScores } from './chart-scores.ts';
import { dataTable } from './data-table.ts';
import type { Report } from './figures.ts';
import { percent, score, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { placeOf } from './place.ts';
import { charts, section } from './section.ts';
import { ANSWERED, ESCALATED, UNSURE } from './tier-counts.ts';

/** Scores, with the threshold between what was answered and what escalated. */
export function scoresSection(report: Report): Html | undefined {
  const scored = report.tiers.flatMap((tier) =>
    tier.scores.length === 0 ? [] : [{ tier, place: placeOf(report, tier.name) }],
  );
  if (scored.length === 0) return undefined;
  const moved = scored.filter(({ tier: { threshold } }) => threshold && threshold.lowest < threshold.highest);
  return section(
    'scores',
    'Scores and thresholds',
    ['counted'],
    html`Flows by score. At or above its threshold a tier answers (coloured); below it the flow escalates (grey), or is answered all the same where the tier is the last (light).${
      moved.length > 0 &&
      ` The threshold of ${moved.map(({ tier }) => tier.name).join(', ')} moved within the shaded stretch; the line is the latest.`
    }`,
    charts(
      scored.map(({ tier, place }) => ({
        name: tier.name,
        note:
          tier.exhausted > 0
            ? `${percent(tier.answered / tier.came)} answered, ${whole(tier.exhausted)} of them unsure`
            : `${percent(tier.answered / tier.came)} of ${whole(tier.came)} answered`,
        chart: drawScores(tier, place),
      })),
    ),
    dataTable(
      'scores',
      ['tier', 'score from', 'below', 'answered', 'answered unsure', 'escalated'],
      scored.flatMap(({ tier }) =>
        tier.scores.map(({ from, to, counts }) => [
          tier.name,
          score(from),
          score(to),
          whole(counts[ANSWERED]!),
          whole(counts[UNSURE]!),
          whole(counts[ESCALATED]!),
        ]),
      ),
    ),
  );
}

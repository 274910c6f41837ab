import { drawScores } from './chart-scores.ts';
import { dataTable } from './data-table.ts';
import type { Report } from './figures.ts';
import { percent, score, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { charts, section } from './section.ts';
import { placeOf } from './svg.ts';
import { ANSWERED, ESCALATED } from './tier-counts.ts';

/** Scores, with the threshold between what was answered and what escalated. */
export function scoresSection({ tiers }: Report): Html | undefined {
  const scored = tiers.flatMap((tier, i) =>
    tier.scores.length === 0 ? [] : [{ tier, place: placeOf(i, tiers.length) }],
  );
  if (scored.length === 0) return undefined;
  const moved = scored.filter(({ tier: { threshold } }) => threshold && threshold.lowest < threshold.highest);
  return section(
    'scores',
    'Scores and thresholds',
    ['counted'],
    html`Flows by score. At or above its threshold a tier answers (coloured); below it the flow escalates (pale), unless the tier is the last and answers what it is not sure of as well.${
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
      ['tier', 'score from', 'below', 'answered', 'escalated'],
      scored.flatMap(({ tier }) =>
        tier.scores.map(({ from, to, counts }) => [
          tier.name,
          score(from),
          score(to),
          whole(counts[ANSWERED]!),
          whole(counts[ESCALATED]!),
        ]),
      ),
    ),
  );
}

import { drawReliability } from './chart-reliability.ts';
import { drawTradeoff, type Measured } from './chart-tradeoff.ts';
import { dataTable } from './data-table.ts';
import type { Report, TierFigures } from './figures.ts';
import { count, percent, score, whole } from './format.ts';
import { type Html, html, type Part } from './html.ts';
import { placeOf } from './place.ts';
import type { Quality } from './quality.ts';
import type { Rate } from './rate.ts';
import { charts, responsive, section } from './section.ts';

/** What right means on this page. */
export const referenceText = ({ reference, tiers }: Quality): string =>
  reference === 'labels' ? 'as the labels say' : `as ${tiers.at(-1)!}, the last tier, answers`;

/** The tiers whose answers were judged: of several cascades, the one that most flows came to. */
const judgedTiers = ({ quality, tiers }: Report): readonly TierFigures[] =>
  quality ? quality.tiers.map((name) => tiers.find((tier) => tier.name === name)!) : tiers;

/** Accuracy against cost. */
export function tradeoffSection(report: Report): Html {
  const { quality } = report;
  const tiers = judgedTiers(report);
  const points = quality ? measured(report, quality) : [];
  if (!quality || points.length === 0) {
    return section('tradeoff', 'Accuracy against cost', ['estimated'], undefined, nothingKnown(report));
  }
  const { cascade, tradeoff } = quality;
  const own = points.find(({ isCascade }) => isCascade);
  const hasShadows = tiers.some(({ audited }) => audited > 0);
  const last = points.find(({ name, isCascade }) => name === tiers.at(-1)!.name && !isCascade);
  return section(
    'tradeoff',
    'Accuracy against cost',
    cascade?.flows === quality.flows ? ['counted', 'estimated'] : ['estimated'],
    html`${own && html`The cascade is right on <b>${percent(own.rate.share)}</b> of its answers, ${referenceText(quality)}, for <b>${percent(own.cost)}</b> of the model time that ${tiers.at(-1)!.name} alone would take${hasShadows && ', audits included'}. `}${last && quality.reference === 'labels' && html`Alone, ${last.name} is right on ${percent(last.rate.share)}. `}Vertical lines are 95 % limits.${
      tradeoff &&
      ` The curve is what other thresholds would give${hasShadows ? ', without audits' : ''}: estimated on ${count(tradeoff.observed, 'flow')} of which enough is known, and on the flows that chose the thresholds, so a little too good.`
    }`,
    responsive((width) => drawTradeoff(points, quality, width)),
    dataTable(
      'accuracy and cost',
      ['', 'right', '95 % limits', 'flows judged', 'cost, of the last tier alone'],
      points.map(({ name, rate, cost }) => [name, percent(rate.share), limits(rate), whole(rate.flows), percent(cost)]),
    ),
    tradeoff &&
      dataTable(
        'other thresholds',
        [...tiers.slice(0, -1).map(({ name }) => `threshold of ${name}`), 'right', '95 % limits', 'cost'],
        tradeoff.points.map(({ thresholds, accuracy, costRatio }) => [
          ...thresholds.map((t) => (Number.isFinite(t) ? score(t) : 'answers none')),
          percent(accuracy.expected),
          `${percent(accuracy.low)} to ${percent(accuracy.high)}`,
          percent(costRatio),
        ]),
      ),
  );
}

const limits = ({ low, high }: Rate): string => `${percent(low)} to ${percent(high)}`;

function measured(report: Report, { cascade, alone }: Quality): readonly Measured[] {
  const tiers = judgedTiers(report);
  const each = tiers.map(({ modelMs, timed }) => modelMs / timed);
  const last = each.at(-1)!;
  if (!(last > 0)) return [];
  const spent = tiers.reduce((sum, { modelMs }) => sum + modelMs, 0);
  const came = tiers[0]!.came;
  const singles = tiers.flatMap(({ name }, i): readonly Measured[] => {
    const rate = alone[i];
    return rate && each[i]! >= 0 ? [{ name, rate, cost: each[i]! / last, place: placeOf(report, name) }] : [];
  });
  if (!cascade || came === 0 || tiers.length < 2) return singles;
  const own: Measured = { name: 'this cascade', rate: cascade, cost: spent / (came * last), place: 0, isCascade: true };
  return [own, ...singles];
}

/** Why nothing can be said, and what to do about it. */
function nothingKnown(report: Report): Html {
  const { labels, unreadable, quality } = report;
  const tiers = judgedTiers(report);
  const reason = (): Part => {
    if (unreadable > 0)
      return html`${count(unreadable, 'prediction')} in the log do not say which of their fields is the answer. Name it: <code>--answer &lt;field&gt;</code>.`;
    if (labels)
      return html`No prediction in the log could be compared with a label: either no labelled flow was answered, or the log does not keep what the tiers predicted. Give the tiers <code>capture</code>, a share of flows whose predictions are kept.`;
    if (tiers.length < 2) return 'With one tier there is nothing to compare with but labels: give them with --labels.';
    return html`Without labels, answers are compared with those of the last tier. ${shadowSentence(tiers)} Give labels with <code>--labels</code>, or the tiers <code>capture</code> and <code>audit</code>.`;
  };
  if (quality && tiers.every(({ timed }) => timed === 0))
    return html`<p class="empty">The records do not say how long models took.</p>`;
  return html`<p class="empty">${reason()}</p>`;
}

function shadowSentence(tiers: readonly TierFigures[]): Html {
  const seen = tiers.filter(({ shadows }) => shadows.compared > 0);
  if (seen.length === 0) return html`The log has no audited flow in which both predictions were kept.`;
  return html`Of audited flows is known: ${seen.map(
    ({ name, next, shadows }, i) =>
      html`${i > 0 && '; '}${next ?? 'the next tier'} agreed with ${name} on ${whole(shadows.agreed)} of ${whole(shadows.compared)}`,
  )}.`;
}

/** How often each tier is right at each score. */
export function reliabilitySection(report: Report): Html | undefined {
  const { quality } = report;
  const tiers = judgedTiers(report);
  if (!quality || quality.reliability.length === 0) return undefined;
  const found = quality.reliability.map((one) => {
    const tier = tiers.find(({ name }) => name === one.tier)!;
    return { one, tier, place: placeOf(report, one.tier) };
  });
  return section(
    'reliability',
    'What a score is worth',
    ['estimated'],
    html`Each dot is about a tenth of the predictions that could be judged, by score: how many of them were right, ${referenceText(quality)}. A score that is an honest probability lies on the diagonal. Vertical lines are 95 % limits.`,
    charts(
      found.map(({ one, tier, place }) => ({
        name: tier.name,
        note: one.error === undefined ? 'scores are no probabilities' : `off by ${percent(one.error)} on average`,
        chart: drawReliability(one, tier, place),
      })),
    ),
    dataTable(
      'reliability',
      ['tier', 'scores', 'mean score', 'right', 'predictions'],
      found.flatMap(({ one, tier }) =>
        one.bins.map((bin) => [
          tier.name,
          `${score(bin.from)} to ${score(bin.to)}`,
          score(bin.meanScore),
          percent(bin.right),
          whole(bin.flows),
        ]),
      ),
    ),
    quality.answers.some((rate) => rate) &&
      dataTable(
        'accuracy by tier',
        ['tier', 'its answers: right', '95 % limits', 'judged', 'all its predictions: right', 'judged'],
        tiers.map(({ name }, i) => {
          const [answers, all] = [quality.answers[i], quality.predictions[i]];
          return [
            name,
            ...(answers ? [percent(answers.share), limits(answers), whole(answers.flows)] : ['–', '–', '0']),
            ...(all ? [percent(all.share), whole(all.flows)] : ['–', '0']),
          ];
        }),
      ),
  );
}

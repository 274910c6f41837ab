import type { FlowEnds, TierFigures } from './figures.ts';
import { clip, count, percent, whole } from './format.ts';
import { type Html, html } from './html.ts';
import { along, box, path, picture, shaded, text, widthOf } from './svg.ts';

const BAR = 30;
const GAP = 54;
const TOP = 24;
const FOOT = 58;

/** All flows from left to right: each tier takes off what it answers, and hands the rest down. */
export function drawFunnel(tiers: readonly TierFigures[], { ended }: FlowEnds, width: number): Html {
  const all = flowsAcross(tiers);
  const wide = (flows: number): number => (flows / all) * width;
  const bottom = TOP + tiers.length * (BAR + GAP);
  const begins: number[] = [];
  let x = 0;
  const rows = tiers.map((tier, i) => {
    const y = TOP + i * (BAR + GAP);
    const [answered, lost] = [wide(tier.answered), wide(tier.dropped + tier.expired + tier.deadLettered)];
    const escalated = wide(tier.escalated);
    const from = x;
    begins.push(from);
    x = from + answered + lost;
    return shaded(
      tiers.length < 2 ? 1 : i / (tiers.length - 1),
      path(band(from, answered, y + BAR, bottom), 'fall'),
      i + 1 < tiers.length && path(band(x, escalated, y + BAR, y + BAR + GAP), 'pass'),
      box(from, y, answered, BAR, 'tier', `${tier.name} answered ${count(tier.answered, 'flow')}`),
      box(
        from + answered,
        y,
        lost,
        BAR,
        'lost',
        `${count(lossesOf(tier), 'flow')} ended at ${tier.name} without an answer`,
      ),
      box(x, y, escalated, BAR, 'rest', `${count(tier.escalated, 'flow')} escalated`),
      caption(tier, from, y, width),
      box(from, bottom, answered, 10, 'tier'),
    );
  });
  return picture(
    {
      width,
      height: bottom + FOOT,
      title: 'The funnel of the cascade',
      about: tiers.map((tier) => `${tier.name}: ${whole(tier.came)} came, ${whole(tier.answered)} answered`).join('; '),
    },
    rows,
    shares(
      tiers.map(({ answered }) => answered / Math.max(1, ended)),
      begins,
      width,
      bottom + 27,
    ),
    text(0, bottom + 48, 'share of all flows that the tier answered', 'note'),
  );
}

/** As many as fit beside one another: where a log is cut, more may come to a tier than the one before let go. */
function flowsAcross(tiers: readonly TierFigures[]): number {
  let ended = 0;
  return tiers.reduce((most, tier) => {
    const across = Math.max(most, ended + tier.came);
    ended += tier.answered + lossesOf(tier);
    return across;
  }, 1);
}

const lossesOf = ({ dropped, expired, deadLettered }: TierFigures): number => dropped + expired + deadLettered;

const band = (x: number, wide: number, from: number, to: number): string =>
  wide > 0
    ? `${along([
        [x, from],
        [x + wide, from],
        [x + wide, to],
        [x, to],
      ])}Z`
    : '';

/** Above the bar, from its beginning, or to the right edge where it would not fit. */
function caption(tier: TierFigures, from: number, y: number, width: number): Html {
  const name = clip(tier.name, 18);
  const figures = `${whole(tier.answered)} of ${whole(tier.came)}${width < 500 ? '' : ' flows'} answered`;
  const isRight = from + widthOf(name, 14) + widthOf(figures, 12) + 8 > width;
  const says = html`${name}<tspan class="note" dx="7">${figures}</tspan>`;
  return text(isRight ? width : from, y - 8, says, 'name', isRight ? 'end' : 'start');
}

/** Each below its part; one that would lie on its neighbour is left to the table. */
function shares(parts: readonly number[], begins: readonly number[], width: number, y: number): readonly Html[] {
  let free = 0;
  return parts.flatMap((part, i) => {
    const label = percent(part);
    const wide = widthOf(label, 13);
    const isLast = i === parts.length - 1;
    const from = isLast ? Math.min(begins[i]!, width - wide) : begins[i]!;
    const isHidden = from < free || (!isLast && from + wide > begins[i + 1]! + 2);
    if (isHidden) return [];
    free = from + wide;
    return [text(from, y, label, 'figure')];
  });
}

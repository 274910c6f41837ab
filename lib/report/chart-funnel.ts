import type { FlowEnds, TierFigures } from './figures.ts';
import { clip, count, percent, whole } from './format.ts';
import type { Html } from './html.ts';
import { along, box, path, picture, placeOf, shaded, text, widthOf } from './svg.ts';

const BAR = 30;
const GAP = 54;
const TOP = 24;
const FOOT = 58;

/** All flows from left to right: each tier takes off what it answers, and hands the rest down. */
export function drawFunnel(tiers: readonly TierFigures[], { ended }: FlowEnds, width: number): Html {
  const came = Math.max(1, tiers[0]!.came);
  const wide = (flows: number): number => (Math.min(flows, came) / came) * width;
  const bottom = TOP + tiers.length * (BAR + GAP);
  let x = 0;
  const rows = tiers.map((tier, i) => {
    const y = TOP + i * (BAR + GAP);
    const [answered, lost] = [wide(tier.answered), wide(tier.dropped + tier.expired + tier.deadLettered)];
    const escalated = wide(tier.escalated);
    const from = Math.min(x, width);
    x = from + answered + lost;
    return shaded(
      placeOf(i, tiers.length),
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
      share(tier.answered / Math.max(1, ended), from, answered, bottom, width),
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
    text(0, bottom + 48, 'share of all flows that the tier answered', 'note'),
  );
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
  const figures =
    width < 500
      ? `${whole(tier.answered)} of ${whole(tier.came)} answered`
      : `${whole(tier.answered)} of ${count(tier.came, 'flow')} answered`;
  const room = widthOf(name, 14) + widthOf(figures, 13) + 16;
  const isRight = from + room > width;
  if (!isRight) {
    const after = from + widthOf(name, 15) + 6;
    return { markup: text(from, y - 8, name, 'name').markup + text(after, y - 8, figures, 'note').markup };
  }
  const before = width - widthOf(figures, 12) - 6;
  return {
    markup: text(before, y - 8, name, 'name', 'end').markup + text(width, y - 8, figures, 'note', 'end').markup,
  };
}

function share(part: number, from: number, wide: number, bottom: number, width: number): Html | undefined {
  const label = percent(part);
  const isWide = wide >= widthOf(label, 12);
  const isLast = from + wide > width - 4;
  if (!isWide && !isLast) return undefined;
  return isLast && !isWide
    ? text(width, bottom + 27, label, 'figure', 'end')
    : text(from, bottom + 27, label, 'figure');
}

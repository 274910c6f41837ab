import { across, below, linear, ticks } from './axis.ts';
import type { TierFigures } from './figures.ts';
import { percent, score, whole } from './format.ts';
import type { Html } from './html.ts';
import { box, path, picture, round, shaded, text } from './svg.ts';
import { ANSWERED, ESCALATED, UNSURE } from './tier-counts.ts';

export const SMALL = { width: 336, height: 240 } as const;
const LEFT = 46;
const TOP = 42;
const BOTTOM = 46;

/** How many flows had which score: answered ones in the tier's colour, escalated ones pale; the threshold stands between. */
export function drawScores(tier: TierFigures, place: number): Html {
  const { width, height } = SMALL;
  const { scores: bins, threshold } = tier;
  const [low, high] = domainOf(tier);
  const most = Math.max(1, ...bins.map(({ counts }) => counts.reduce((sum, n) => sum + n, 0)));
  const right = width - 8;
  const foot = height - BOTTOM;
  const x = linear(low, high, LEFT, right);
  const marks = ticks(0, most, 4, (n) => (n >= 10_000 ? `${whole(n / 1_000)}k` : whole(n)));
  const y = linear(0, Math.max(most, marks.at(-1)?.at ?? 0), foot, TOP);
  const bars = bins.map(({ from, to, counts }) => {
    const [left, wide] = [x(from), Math.max(1, x(to) - x(from) - 1)];
    const [answered, unsure, escalated] = [counts[ANSWERED]!, counts[UNSURE]!, counts[ESCALATED]!];
    const sure = answered === 0 && unsure > 0 ? '' : `${whole(answered)} answered`;
    const others = [
      sure,
      unsure > 0 && `${whole(unsure)} answered unsure`,
      escalated > 0 && `${whole(escalated)} escalated`,
    ];
    const says = `score ${score(from)} to ${score(to)}: ${others.filter((one) => one).join(', ')}`;
    const stack = (below: number, n: number, kind: string): Html =>
      box(left, y(below + n), wide, y(below) - y(below + n), kind, says);
    return [stack(0, answered, 'tier'), stack(answered, unsure, 'unsure'), stack(answered + unsure, escalated, 'rest')];
  });
  const share = tier.came === 0 ? 0 : tier.answered / tier.came;
  return picture(
    {
      width,
      height,
      title: `Scores of ${tier.name}`,
      about: `${whole(tier.answered)} of ${whole(tier.came)} flows answered, ${percent(share)}${threshold ? `, threshold ${score(threshold.last)}` : ''}`,
    },
    across(marks, y, LEFT, right),
    shaded(place, bars),
    below(ticks(low, high, 5, score), x, foot, LEFT, right),
    text(right, height - 8, 'score', 'note', 'end'),
    text(0, 14, 'flows', 'note'),
    threshold && thresholdLine(threshold, x, foot, right),
  );
}

function domainOf({ scores, threshold }: TierFigures): readonly [number, number] {
  return domainWith([scores[0]!.from, scores.at(-1)!.to], threshold);
}

/** From the lowest score to the highest, and to the threshold where it is not far from both; all of 0 to 1 for shares. */
export function domainWith(
  [first, last]: readonly [number, number],
  threshold: TierFigures['threshold'],
): readonly [number, number] {
  const spread = last - first || Math.abs(last) || 1;
  const at = threshold?.last ?? first;
  const isNear = at > first - spread && at < last + spread;
  const [low, high] = isNear ? [Math.min(first, at), Math.max(last, at)] : [first, last];
  return low >= 0 && high <= 1 && high - low > 0.25 ? [0, 1] : [low, high];
}

/** The threshold of the latest decision; a stretch where it moved. One that is off the scale stands at its end. */
export function thresholdLine(
  { last, lowest, highest }: NonNullable<TierFigures['threshold']>,
  x: (value: number) => number,
  foot: number,
  right: number,
): readonly Html[] {
  const inside = (value: number): number => Math.min(right, Math.max(LEFT, x(value)));
  const at = inside(last);
  const beyond = x(last) > right + 1 ? ' →' : x(last) < LEFT - 1 ? ' ←' : '';
  const isLeft = at > (LEFT + right) / 2;
  return [
    box(inside(lowest), TOP - 6, inside(highest) - inside(lowest), foot - TOP + 6, 'moved'),
    path(`M${round(at)} ${TOP - 14}V${round(foot)}`, 'threshold'),
    text(
      isLeft ? at - 6 : at + 6,
      TOP - 6,
      `threshold ${score(last)}${beyond}`,
      'threshold-label',
      isLeft ? 'end' : 'start',
    ),
  ];
}

import { across, below, linear, ticks } from './axis.ts';
import type { TierFigures } from './figures.ts';
import { percent, score, whole } from './format.ts';
import type { Html } from './html.ts';
import { box, path, picture, round, shaded, text } from './svg.ts';
import { ANSWERED, ESCALATED } from './tier-counts.ts';

export const SMALL = { width: 336, height: 230 } as const;
const LEFT = 46;
const TOP = 30;
const BOTTOM = 46;

/** How many flows had which score: answered ones in the tier's colour, escalated ones pale; the threshold stands between. */
export function drawScores(tier: TierFigures, place: number): Html {
  const { width, height } = SMALL;
  const { scores: bins, threshold } = tier;
  const [low, high] = domainOf(tier);
  const most = Math.max(1, ...bins.map(({ counts }) => counts[ANSWERED]! + counts[ESCALATED]!));
  const right = width - 8;
  const foot = height - BOTTOM;
  const x = linear(low, high, LEFT, right);
  const marks = ticks(0, most, 4, (n) => (n >= 10_000 ? `${whole(n / 1_000)}k` : whole(n)));
  const y = linear(0, Math.max(most, marks.at(-1)?.at ?? 0), foot, TOP);
  const bars = bins.map(({ from, to, counts }) => {
    const [left, wide] = [x(from), Math.max(1, x(to) - x(from) - 1)];
    const [answered, escalated] = [counts[ANSWERED]!, counts[ESCALATED]!];
    const says = `score ${score(from)} to ${score(to)}: ${whole(answered)} answered, ${whole(escalated)} escalated`;
    return [
      box(left, y(answered), wide, foot - y(answered), 'tier', says),
      box(left, y(answered + escalated), wide, y(answered) - y(answered + escalated), 'rest', says),
    ];
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
    text(LEFT, height - 8, 'flows', 'note'),
    threshold && thresholdLine(threshold, x, foot, right),
  );
}

function domainOf({ scores, threshold }: TierFigures): readonly [number, number] {
  const [first, last] = [scores[0]!.from, scores.at(-1)!.to];
  const all = [first, last, ...(threshold ? [threshold.last] : [])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  // Shares are shown on the whole of their range where they take up much of it.
  return low >= 0 && high <= 1 && high - low > 0.25 ? [0, 1] : [low, high];
}

/** The threshold of the latest decision; a stretch where it moved. */
export function thresholdLine(
  { last, lowest, highest }: NonNullable<TierFigures['threshold']>,
  x: (value: number) => number,
  foot: number,
  right: number,
): readonly Html[] {
  const at = x(last);
  const label = `threshold ${score(last)}`;
  const isLeft = at > (LEFT + right) / 2;
  return [
    box(x(lowest), TOP - 6, x(highest) - x(lowest), foot - TOP + 6, 'moved'),
    path(`M${round(at)} ${TOP - 14}V${round(foot)}`, 'threshold'),
    text(isLeft ? at - 6 : at + 6, TOP - 6, label, 'threshold-label', isLeft ? 'end' : 'start'),
  ];
}

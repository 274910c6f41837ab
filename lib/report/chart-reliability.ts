import type { Reliability } from '../calibrate/reliability.ts';
import { across, below, linear, ticks } from './axis.ts';
import { domainWith, SMALL, thresholdLine } from './chart-scores.ts';
import type { TierFigures } from './figures.ts';
import { percent, score, whole } from './format.ts';
import type { Html } from './html.ts';
import { rate } from './rate.ts';
import { along, dot, path, picture, round, shaded, text } from './svg.ts';

const LEFT = 46;
const TOP = 42;
const BOTTOM = 46;

/** How often the tier is right where it scores so: a score that tells the truth lies on the diagonal. */
export function drawReliability(found: Reliability, tier: TierFigures, place: number): Html {
  const { width, height } = SMALL;
  const { bins, error } = found;
  const right = width - 8;
  const foot = height - BOTTOM;
  const isShare = error !== undefined;
  const [low, high] = isShare ? [0, 1] : rangeOf(found, tier);
  const x = linear(low, high, LEFT, right);
  const y = linear(0, 1, foot, TOP);
  const points = bins.map((bin) => ({ bin, known: rate(Math.round(bin.right * bin.flows), bin.flows) }));
  return picture(
    {
      width,
      height,
      title: `Reliability of ${tier.name}`,
      about: bins.map((bin) => `score ${score(bin.meanScore)}: ${percent(bin.right, 0)} right`).join('; '),
    },
    across(
      ticks(0, 1, 5, (share) => percent(share, 0)),
      y,
      LEFT,
      right,
    ),
    isShare &&
      path(
        along([
          [x(0), y(0)],
          [x(1), y(1)],
        ]),
        'diagonal',
      ),
    tier.threshold && thresholdLine(tier.threshold, x, foot, right),
    shaded(
      place,
      points.map(({ bin, known }) =>
        path(`M${round(x(bin.meanScore))} ${round(y(known.low))}V${round(y(known.high))}`, 'whisker'),
      ),
      path(along(points.map(({ bin }) => [x(bin.meanScore), y(bin.right)] as const)), 'line'),
      points.map(({ bin, known }) =>
        dot(
          x(bin.meanScore),
          y(bin.right),
          3.5,
          'dot',
          `scores ${score(bin.from)} to ${score(bin.to)}, mean ${score(bin.meanScore)}: ${percent(bin.right)} of ${whole(bin.flows)} right, 95 % limits ${percent(known.low)} to ${percent(known.high)}`,
        ),
      ),
    ),
    below(ticks(low, high, 5, score), x, foot, LEFT, right),
    text(right, height - 8, 'score', 'note', 'end'),
    text(0, 14, 'right', 'note'),
  );
}

function rangeOf({ bins }: Reliability, { threshold }: TierFigures): readonly [number, number] {
  return domainWith([bins[0]!.meanScore, bins.at(-1)!.meanScore], threshold);
}

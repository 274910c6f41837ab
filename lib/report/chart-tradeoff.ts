import { across, below, linear, ticks } from './axis.ts';
import { clip, percent } from './format.ts';
import type { Html } from './html.ts';
import { placeLabels } from './labels.ts';
import type { Quality } from './quality.ts';
import type { Rate } from './rate.ts';
import { along, dot, path, picture, round, shaded, text, widthOf } from './svg.ts';

/** A cascade or a tier: what it costs a flow, as a share of the last tier alone, and how often it is right. */
export interface Measured {
  readonly name: string;
  readonly cost: number;
  readonly rate: Rate;
  readonly place: number;
  readonly isCascade?: true;
}

const TOP = 34;
const LEFT = 58;
/** Characters of a name. */
const LONGEST = 22;

/** Accuracy against cost: the cascade as it ran, each tier alone, and what other thresholds would give. */
export function drawTradeoff(points: readonly Measured[], { tradeoff }: Quality, width: number): Html {
  const height = width < 500 ? 320 : 400;
  const [right, foot] = [width - 12, height - 52];
  const curve = tradeoff?.points ?? [];
  const far = Math.max(1, ...points.map(({ cost }) => cost), ...curve.map(({ costRatio }) => costRatio));
  const lowest = Math.min(...points.map(({ rate }) => rate.low), ...curve.map(({ accuracy }) => accuracy.expected));
  const floor = Math.max(0, Math.floor(lowest * 20) / 20);
  const x = linear(0, far * 1.04, LEFT, right);
  const y = linear(floor, 1, foot, TOP);
  const inside = (share: number): number => y(Math.min(1, Math.max(floor, share)));
  const upper = curve.map(({ costRatio, accuracy }) => [x(costRatio), inside(accuracy.high)] as const);
  const lower = curve.map(({ costRatio, accuracy }) => [x(costRatio), inside(accuracy.low)] as const);
  const labels = placeLabels(
    points.map((point) => ({
      x: x(point.cost),
      y: inside(point.rate.share),
      wide: Math.max(widthOf(clip(point.name, LONGEST), 13), widthOf(figuresOf(point), 12)),
      // Above the curve there is nothing.
      first: point.isCascade ? 'above' : 'below',
    })),
    { left: LEFT, right, top: TOP - 12, bottom: foot },
  );
  return picture(
    {
      width,
      height,
      title: 'Accuracy against cost',
      about: points
        .map(({ name, cost, rate }) => `${name}: ${percent(rate.share)} at ${percent(cost)} of the cost`)
        .join('; '),
    },
    across(
      ticks(floor, 1, 6, (share) => percent(share, 0)),
      y,
      LEFT,
      right,
    ),
    curve.length > 1 && path(`${along([...upper, ...[...lower].reverse()])}Z`, 'band'),
    curve.length > 1 && path(along(curve.map((p) => [x(p.costRatio), inside(p.accuracy.expected)] as const)), 'curve'),
    points.map(({ name, cost, rate, place, isCascade }, i) => {
      const says = `${name}: ${percent(rate.share)}, 95 % limits ${percent(rate.low)} to ${percent(rate.high)}`;
      const label = labels[i];
      const own = isCascade ? ' own' : '';
      return shaded(
        place,
        path(`M${round(x(cost))} ${round(inside(rate.low))}V${round(inside(rate.high))}`, `whisker${own}`),
        dot(x(cost), inside(rate.share), isCascade ? 6 : 4.5, `dot${own}`, says),
        label && text(label.x, label.y, clip(name, LONGEST), `name halo${own}`, label.anchor),
        label && text(label.x, label.y + 15, figuresOf(points[i]!), 'note halo', label.anchor),
      );
    }),
    below(
      ticks(0, far * 1.04, width < 500 ? 5 : 9, (share) => percent(share, 0)),
      x,
      foot,
      LEFT,
      right,
    ),
    text(0, 14, 'answers right', 'note'),
    text(right, height - 8, 'model time a flow, of that of the last tier alone', 'note', 'end'),
  );
}

const figuresOf = ({ rate, cost }: Measured): string =>
  `${percent(rate.share)} · cost ${percent(cost, cost < 0.0995 ? 1 : 0)}`;

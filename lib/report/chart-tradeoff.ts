import { across, below, linear, ticks } from './axis.ts';
import { clip, percent } from './format.ts';
import type { Html } from './html.ts';
import type { Quality } from './quality.ts';
import type { Rate } from './rate.ts';
import { type Anchor, along, dot, path, picture, round, shaded, text, widthOf } from './svg.ts';

/** A cascade or a tier: what it costs a flow, as a share of the last tier alone, and how often it is right. */
export interface Measured {
  readonly name: string;
  readonly cost: number;
  readonly rate: Rate;
  readonly place: number;
  readonly isCascade?: true;
}

const TOP = 24;
const LEFT = 58;

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
    labelled(points, x, inside, right).map(({ point, labelX, labelY, anchor }) => {
      const { cost, rate, place, isCascade, name } = point;
      const says = `${name}: ${percent(rate.share)}, 95 % limits ${percent(rate.low)} to ${percent(rate.high)}`;
      return shaded(
        place,
        path(
          `M${round(x(cost))} ${round(inside(rate.low))}V${round(inside(rate.high))}`,
          isCascade ? 'whisker own' : 'whisker',
        ),
        dot(x(cost), inside(rate.share), isCascade ? 6 : 4.5, isCascade ? 'dot own' : 'dot', says),
        text(labelX, labelY, clip(name, 22), isCascade ? 'name own' : 'name', anchor),
        text(labelX, labelY + 15, `${percent(rate.share)} · cost ${percent(cost, 0)}`, 'note', anchor),
      );
    }),
    below(
      ticks(0, far * 1.04, width < 500 ? 5 : 9, (share) => percent(share, 0)),
      x,
      foot,
      LEFT,
      right,
    ),
    text(right, height - 8, 'model time a flow, of that of the last tier alone', 'note', 'end'),
  );
}

interface Labelled {
  readonly point: Measured;
  readonly labelX: number;
  readonly labelY: number;
  readonly anchor: Anchor;
}

const LINES = 32;

/** Names beside their points, moved down where they would lie on one another. */
function labelled(
  points: readonly Measured[],
  x: (cost: number) => number,
  y: (share: number) => number,
  right: number,
): readonly Labelled[] {
  const placed: (Labelled & { readonly from: number; readonly to: number })[] = [];
  for (const point of points.toSorted((a, b) => y(a.rate.share) - y(b.rate.share))) {
    const wide = Math.max(widthOf(clip(point.name, 22), 13), widthOf('94.0 % · cost 100 %', 12));
    const at = x(point.cost);
    const isLeft = at + 12 + wide > right;
    const [from, to] = isLeft ? [at - 12 - wide, at - 12] : [at + 12, at + 12 + wide];
    let labelY = y(point.rate.share) - 2;
    for (const other of placed) {
      const overlaps = from < other.to && to > other.from && Math.abs(labelY - other.labelY) < LINES;
      if (overlaps) labelY = other.labelY + LINES;
    }
    placed.push({ point, labelX: isLeft ? at - 12 : at + 12, labelY, anchor: isLeft ? 'end' : 'start', from, to });
  }
  return placed;
}

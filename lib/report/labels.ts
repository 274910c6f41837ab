import type { Anchor } from './svg.ts';

/** Something at a point that has a name of two lines. */
export interface Named {
  readonly x: number;
  readonly y: number;
  /** How wide its name is, pixels. */
  readonly wide: number;
  /** Where its name goes first: where there is least in the way. */
  readonly first: 'above' | 'below';
}

/** Where a name stands: the beginning or end of its first line. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor: Anchor;
}

/** What names must stay inside of. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Box {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
}

const AWAY = 10;
/** Half of a dot and its rim. */
const DOT = 6;
/** Of the first line's base, to its own top and to the bottom of the second. */
const [ASCENT, DESCENT] = [13, 20];
/** Of the first line's base, from the point. */
const BELOW = [20, -2, -26, 52, -58] as const;
const ABOVE = [-26, -2, 20, -58, 52] as const;

/** A place beside each point where its name lies on no other, on no point and inside the frame; none for a name that would not fit. */
export function placeLabels(points: readonly Named[], frame: Frame): readonly (Place | undefined)[] {
  const taken: Box[] = points.map(({ x, y }) => ({ from: x - DOT, to: x + DOT, top: y - DOT, bottom: y + DOT }));
  return points.map(({ x, y, wide, first }) => {
    for (const away of first === 'above' ? ABOVE : BELOW) {
      for (const anchor of ['start', 'end'] as const) {
        const from = anchor === 'start' ? x + AWAY : x - AWAY - wide;
        const box = { from, to: from + wide, top: y + away - ASCENT, bottom: y + away + DESCENT };
        if (!isInside(box, frame) || taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        return { x: anchor === 'start' ? from : from + wide, y: y + away, anchor };
      }
    }
    return undefined;
  });
}

const isInside = ({ from, to, top, bottom }: Box, frame: Frame): boolean =>
  from >= frame.left && to <= frame.right && top >= frame.top && bottom <= frame.bottom;

const overlap = (a: Box, b: Box): boolean => a.from < b.to && a.to > b.from && a.top < b.bottom && a.bottom > b.top;

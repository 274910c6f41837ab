import { type Parcel, part, total } from './line.ts';

/** Equal batches that a mapping took from its queue together and has not begun. */
export interface Batches {
  readonly count: number;
  readonly parcels: readonly Parcel[];
  /** When they were received, s. */
  readonly received: number;
  /** When they are tried (again), s. */
  readonly due: number;
}

/** Divides equal batches in two. */
export function split(batches: Batches, first: number): readonly [Batches, Batches] {
  const share = first / batches.count;
  return [
    { ...batches, count: first, parcels: part(batches.parcels, share) },
    { ...batches, count: batches.count - first, parcels: part(batches.parcels, 1 - share) },
  ];
}

/** Batches that were refused: their mapping holds them and tries again until their messages are visible once more. */
export interface Refused {
  readonly count: number;
  readonly messages: number;
  add(batches: Batches): void;
  /** Takes out those whose next try is due. */
  due(now: number): readonly Batches[];
  /** Takes out those whose visibility timeout is over. @see SOURCES.sqsErrors */
  expired(now: number, visibilitySeconds: number): readonly Batches[];
}

/** Nothing refused yet. */
export function refused(): Refused {
  let held: Batches[] = [];
  const takeOut = (which: (batches: Batches) => boolean): readonly Batches[] => {
    if (!held.some(which)) return [];
    const out = held.filter(which);
    held = held.filter((batches) => !which(batches));
    return out;
  };
  return {
    get count() {
      return held.reduce((sum, { count }) => sum + count, 0);
    },
    get messages() {
      return held.reduce((sum, { parcels }) => sum + total(parcels), 0);
    },
    add: (batches) => void held.push(batches),
    due: (now) => takeOut(({ due }) => due <= now),
    expired: (now, visibilitySeconds) => takeOut(({ received }) => now - received >= visibilitySeconds),
  };
}

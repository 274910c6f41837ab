/** Messages that came in together, as one; counts are averages and need not be whole. */
export interface Parcel {
  /** When their flows began, s. */
  readonly born: number;
  /** When they came into the queue, s; of a joined pair, its signal. */
  readonly since: number;
  readonly count: number;
  /** Sent on by an audit: their flows are answered already. */
  readonly shadow: boolean;
}

/** A queue of messages, oldest first. */
export interface Line {
  readonly size: number;
  /** When the oldest came, s. */
  readonly oldest: number | undefined;
  push(parcel: Parcel): void;
  /** The oldest `count` messages, or all there are. */
  take(count: number): readonly Parcel[];
  /** Puts back what was taken. */
  putBack(parcels: readonly Parcel[]): void;
}

/** Counts below it are what is left of rounding. */
const NOTHING = 1e-9;

/** An empty line. */
export function line(): Line {
  let parcels: Parcel[] = [];
  let head = 0;
  let size = 0;

  const compact = (): void => {
    if (head < 1_024 || head < parcels.length / 2) return;
    parcels = parcels.slice(head);
    head = 0;
  };

  return {
    get size() {
      return size;
    },
    get oldest() {
      return parcels[head]?.since;
    },
    push(parcel) {
      if (parcel.count <= 0) return;
      const last = parcels.length > head ? parcels.at(-1) : undefined;
      size += parcel.count;
      if (last && last.since === parcel.since && last.born === parcel.born && last.shadow === parcel.shadow) {
        parcels[parcels.length - 1] = { ...last, count: last.count + parcel.count };
      } else parcels.push(parcel);
    },
    take(count) {
      const taken: Parcel[] = [];
      let left = Math.min(count, size);
      while (left > NOTHING && head < parcels.length) {
        const first = parcels[head]!;
        if (first.count <= left + NOTHING) {
          taken.push(first);
          left -= first.count;
          head += 1;
        } else {
          taken.push({ ...first, count: left });
          parcels[head] = { ...first, count: first.count - left };
          left = 0;
        }
      }
      size = head < parcels.length ? size - total(taken) : 0;
      compact();
      return taken;
    },
    putBack(back) {
      parcels = [...back, ...parcels.slice(head)];
      head = 0;
      size += total(back);
    },
  };
}

/** How many messages parcels have in all. */
export function total(parcels: readonly Parcel[]): number {
  let sum = 0;
  for (const { count } of parcels) sum += count;
  return sum;
}

/** The same parcels with so much of each. */
export function part(parcels: readonly Parcel[], share: number): readonly Parcel[] {
  return share === 1 ? parcels : parcels.map((parcel) => ({ ...parcel, count: parcel.count * share }));
}

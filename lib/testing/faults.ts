import { type Draws, drawsFor } from './random.ts';

/**
 * What can go wrong, and how often where nothing else is asked for: shares from 0 to 1.
 *
 * @example
 * ```ts
 * import { FAULTS } from 'sluice/testing';
 *
 * const withoutOutages = { ...FAULTS, outage: 0 }; // as `faults` of simulate or check
 * console.log('crash' in withoutOutages); // true
 * ```
 */
export const FAULTS = {
  /** A message is delivered again: at the same time, later, or after it was deleted. Per message received. */
  duplicate: 0.05,
  /** A batch is taken in no order. Per receive. */
  reorder: 0.3,
  /** A message arrives late, up to three quarters of its retention time. Per message sent. */
  delay: 0.02,
  /** The process dies just before, in the middle of, or just after a call. Per port call. */
  crash: 0.01,
  /** Only some entries of a batch are sent or deleted. Per batch. */
  partial: 0.03,
  /** A call is refused. Per port call. */
  throttle: 0.03,
  /** A call is done and its reply gets lost: the caller sees an error. Per port call. */
  lostReply: 0.01,
  /** A process stands still past its lease or its messages' visibility timeout, and goes on. Per port call. */
  stall: 0.004,
  /** An object that was put cannot be seen for a while. Per put. */
  objectLag: 0.1,
  /** An object that was put is gone. Per put. */
  objectLoss: 0.005,
  /** The clock of a process jumps by seconds, minutes or an hour. Per invocation. */
  clock: 0.05,
  /** A process runs the other version of the graph. Per process. */
  versions: 0.3,
  /** A tier is down for up to an hour. Per tier. */
  outage: 0.1,
  /** The table deletes expired items up to two days late. Per sweep. */
  lateExpiry: 0.2,
  /** A task throws: an error, one to be retried, or one that is final for this flow. Per prediction or answer. */
  throws: 0.05,
  /** A task never ends. Per prediction or answer. */
  hang: 0.01,
  /** A prediction that does not fit, or a score that is no number. Per prediction. */
  nonsense: 0.02,
} as const satisfies Readonly<Record<string, number>>;

/** The name of a fault. */
export type FaultKind = keyof typeof FAULTS;

/** How often each fault happens, 0 to 1; what is left out does not happen. */
export type FaultRates = { readonly [K in FaultKind]?: number };

/** A fault that happened, named so that it can be left out or asked for again. */
export type FaultKey = string;

/** A place where a fault may happen: each call asks, and gets a number (0 ≤ n < 1) that says how where it does. */
export type FaultPoint = () => number | undefined;

/** The faults of one simulation. */
export interface Faults {
  at(kind: FaultKind, place: string): FaultPoint;
  /** Whether it may happen in this simulation at all. */
  can(kind: FaultKind): boolean;
  /** Those that happened, in order. */
  readonly happened: readonly FaultKey[];
}

const NEVER: FaultPoint = () => undefined;

/** Draws faults from a seed. With `only`, a fault happens where the seed says so and the list has it. */
export function drawFaults(options: {
  readonly seed: number;
  readonly rates: FaultRates;
  readonly only?: ReadonlySet<FaultKey>;
  /** False once the world has healed. */
  readonly active: () => boolean;
  readonly onFault: (kind: FaultKind, place: string) => void;
}): Faults {
  const { seed, rates, only, active, onFault } = options;
  const happened: FaultKey[] = [];
  const points = new Map<string, FaultPoint>();

  function pointAt(kind: FaultKind, place: string): FaultPoint {
    const rate = rates[kind]!;
    const draws: Draws = drawsFor(seed, `${kind}@${place}`);
    let asked = 0;
    return () => {
      const n = draws.next();
      asked += 1;
      if (n >= rate || !active()) return undefined;
      const key = `${kind}@${place}#${asked}`;
      if (only && !only.has(key)) return undefined;
      happened.push(key);
      onFault(kind, place);
      return n / rate;
    };
  }
  const can = (kind: FaultKind): boolean => (rates[kind] ?? 0) > 0;
  return {
    happened,
    can,
    at(kind, place) {
      if (!can(kind)) return NEVER;
      const name = `${kind}@${place}`;
      const known = points.get(name);
      if (known) return known;
      const point = pointAt(kind, place);
      points.set(name, point);
      return point;
    },
  };
}

/** All faults, each on or off by the seed: each meets each other, and none drowns the others. */
export function someFaults(seed: number, rates: FaultRates = FAULTS): FaultRates {
  const draws = drawsFor(seed, 'which faults');
  const kinds = Object.entries(rates) as [FaultKind, number][];
  return Object.fromEntries(kinds.filter(() => draws.next() < 0.5));
}

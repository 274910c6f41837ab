/** Numbers drawn one after the other for one purpose. */
export interface Draws {
  /** The next number, 0 ≤ n < 1. */
  next(): number;
  /** The next number, `from` ≤ n < `to`. */
  between(from: number, to: number): number;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
}

const GOLDEN = 0x9e3779b9;

/**
 * A seeded generator of its own for each purpose: the nth number depends on seed, purpose and n alone, so that a choice left
 * out in one place shifts none in another.
 */
export function drawsFor(seed: number, purpose: string): Draws {
  const base = mixed(seed ^ hashOf(purpose));
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    return mixed(base + Math.imul(drawn, GOLDEN)) / 2 ** 32;
  };
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    pick: (values) => values[Math.floor(next() * values.length)]!,
  };
}

/** 32 bits of which each depends on each bit of `n` (the finaliser of MurmurHash3). */
function mixed(n: number): number {
  let h = n | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

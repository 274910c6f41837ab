import type { VerdictKind } from './verdict.ts';

/** A verdict at a tier that others escalate to, and what would become of it. */
export interface LaterVerdict {
  readonly tier: number;
  readonly kind: VerdictKind;
  readonly high: number;
  readonly low: number;
  /** Whether other thresholds turn it around. */
  readonly changes: boolean;
  /** Whether the tier would be satisfied. */
  readonly sure: boolean;
}

/** Verdicts kept until it is known which flows would still come there, in 12 bytes each. */
export interface LaterVerdicts {
  /** False where there is no more room: then none is kept any more. */
  add(verdict: LaterVerdict): boolean;
  all(): Generator<LaterVerdict>;
}

const TIERS = 2 ** 8;

export function laterVerdicts(most: number): LaterVerdicts {
  let capacity = Math.min(4_096, most);
  let hashes = new Int32Array(2 * capacity);
  let rest = new Uint32Array(capacity);
  let size = 0;
  let full = false;

  function grow(): void {
    capacity = Math.min(2 * capacity, most);
    const [oldHashes, oldRest] = [hashes, rest];
    hashes = new Int32Array(2 * capacity);
    rest = new Uint32Array(capacity);
    hashes.set(oldHashes);
    rest.set(oldRest);
  }
  return {
    add({ tier, kind, high, low, changes, sure }) {
      full ||= size === most || tier >= TIERS;
      if (full) return false;
      if (size === capacity) grow();
      hashes[2 * size] = high;
      hashes[2 * size + 1] = low;
      rest[size] = tier * 64 + kind * 4 + (changes ? 2 : 0) + (sure ? 1 : 0);
      size += 1;
      return true;
    },
    *all() {
      for (let i = 0; i < size; i += 1) {
        const packed = rest[i]!;
        yield {
          high: hashes[2 * i]!,
          low: hashes[2 * i + 1]!,
          tier: packed >> 6,
          kind: ((packed >> 2) & 15) as VerdictKind,
          changes: (packed & 2) !== 0,
          sure: (packed & 1) !== 0,
        };
      }
    },
  };
}

import type { Fact } from './facts.ts';

/** The clocks of processes that have jumped: what is late for the world may be early for one of them. */
export interface OwnClocks {
  /** Notes a jump. */
  hear(fact: Fact & { readonly did: 'clock' }): void;
  /**
   * The times of the world at which a process's clock was no more than `ms` behind what it says at `at`, and not ahead of it;
   * the one that ends at `at` is the last.
   */
  within(by: string, at: number, ms: number): readonly Span[];
}

/** A time of the world, ms since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How far ahead a clock is, negative where it is behind, from when on. */
interface Stretch {
  readonly from: number;
  readonly aheadMs: number;
}

const RIGHT: Stretch = { from: Number.NEGATIVE_INFINITY, aheadMs: 0 };

export function ownClocks(): OwnClocks {
  const jumps = new Map<string, Stretch[]>();
  return {
    hear({ by, at, aheadMs }) {
      const known = jumps.get(by);
      if (known) known.push({ from: at, aheadMs });
      else jumps.set(by, [RIGHT, { from: at, aheadMs }]);
    },
    within(by, at, ms) {
      const stretches = (jumps.get(by) ?? [RIGHT]).filter(({ from }) => from <= at);
      const says = at + stretches.at(-1)!.aheadMs;
      return stretches.flatMap(({ from, aheadMs }, i) => {
        const span = {
          from: Math.max(from, says - ms - aheadMs),
          to: Math.min(stretches[i + 1]?.from ?? at, says - aheadMs),
        };
        return span.from <= span.to ? [span] : [];
      });
    },
  };
}

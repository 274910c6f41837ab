import type { Endings } from './ends.ts';
import type { FaultKey, FaultKind } from './faults.ts';

/** How the flows of all worlds ended: together these are all flows that were sent. */
export interface EndCounts {
  readonly answered: number;
  /** By the code of the error: `data-invalid`, `receives-exhausted` and so on. */
  readonly deadLettered: Readonly<Record<string, number>>;
  readonly dropped: number;
  readonly expired: number;
  /** Came to no end. */
  readonly open: number;
}

/** How often each fault happened that did. */
export type FaultCounts = { readonly [K in FaultKind]?: number };

/** What happened in all worlds of a check. */
export interface Tally {
  /** Adds a world that has come to its end. */
  add(endings: Endings, faults: readonly FaultKey[]): void;
  totals(): { readonly ends: EndCounts; readonly faults: FaultCounts };
}

export function newTally(): Tally {
  const ends = { answered: 0, dropped: 0, expired: 0, open: 0 };
  const deadLettered: Record<string, number> = {};
  const happened: Record<string, number> = {};
  return {
    add(endings, faults) {
      for (const flow of endings.flows) {
        const all = endings.of(flow);
        const last = all.find(({ end }) => end === 'answered') ?? all[0] ?? endings.halvesOf(flow)[0];
        const end = last?.end ?? 'open';
        if (end === 'dead-lettered') count(deadLettered, last?.code ?? 'receives-exhausted');
        else ends[end] += 1;
      }
      for (const key of faults) count(happened, key.slice(0, key.indexOf('@')));
    },
    totals: () => ({ ends: { ...ends, deadLettered: { ...deadLettered } }, faults: { ...happened } }),
  };
}

function count(by: Record<string, number>, name: string): void {
  by[name] = (by[name] ?? 0) + 1;
}

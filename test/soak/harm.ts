/** What is to be done to the runner. */
export interface HarmPlan {
  /** On average; each time is random. */
  readonly killEveryMs: number;
  readonly stallEveryMs: number;
  /** Longer than messages stay hidden. */
  readonly stallMs: number;
  /** When the disk is filled, since the start; left out where it cannot be. */
  readonly fillAfterMs?: number;
  readonly fullMs: number;
}

/** What has been done to it, and what it said. */
export interface Harm {
  kills: number;
  stalls: number;
  stalledMs: number;
  fullMs: number;
  /** Ends that nobody asked for, by signal or exit code. */
  readonly crashes: Record<string, number>;
  /** Starts that were refused, by error code. */
  readonly refusals: Record<string, number>;
  /** Faults told while it ran, by error code. */
  readonly faults: Record<string, number>;
  /** One message of each code. */
  readonly messages: Record<string, string>;
  /** From a kill, the first of several in a row, to the first decision after it; with the disk not full. */
  readonly recoveriesMs: number[];
}

export function noHarm(): Harm {
  return {
    kills: 0,
    stalls: 0,
    stalledMs: 0,
    fullMs: 0,
    crashes: {},
    refusals: {},
    faults: {},
    messages: {},
    recoveriesMs: [],
  };
}

/** What the driver tells the adversary. */
export type ToAdversary =
  /** No more harm; the runner goes on. */
  | { readonly do: 'rest' }
  /** Stop the runner and end. */
  | { readonly do: 'end' };

/** What the adversary says. */
export type FromAdversary =
  | { readonly is: 'harm'; readonly harm: Harm; readonly now: 'running' | 'stalled' | 'disk full' }
  | { readonly is: 'resting' };

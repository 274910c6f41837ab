import { type Allowance, receivable } from './rules-mapping.ts';

/** Over how long the rate of receiving is averaged. */
const RECENT_SECONDS = 5;

/** What the pollers of a mapping can receive: without limit in standard mode, so far as AWS says. */
export interface Reception {
  /** Messages they can have received by now. */
  readonly credit: number;
  /** Time passes with this allowance. */
  pass(allowance: Allowance, seconds: number): void;
  /** They hand on so many. */
  take(messages: number): void;
  /** The most they can gather in one window. */
  most(allowance: Allowance): number;
  /** How busy they have been lately, 0 to 1. */
  load(allowance: Allowance): number;
}

/** Pollers that have received nothing yet. */
export function reception(messageBytes: number, windowSeconds: number): Reception {
  let credit = 0;
  let recent = 0;
  // What a poller has received it may keep until its window is over; without one, a second's worth hides the ticks.
  const most = (allowance: Allowance): number => receivable(allowance, messageBytes, Math.max(1, windowSeconds));
  return {
    get credit() {
      return credit;
    },
    pass(allowance, seconds) {
      credit = Math.min(most(allowance), credit + receivable(allowance, messageBytes, seconds));
      recent *= 1 - seconds / RECENT_SECONDS;
    },
    take(messages) {
      credit -= messages;
      recent += messages / RECENT_SECONDS;
    },
    most,
    load: (allowance) => recent / receivable(allowance, messageBytes, 1),
  };
}

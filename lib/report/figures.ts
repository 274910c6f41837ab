import type { Decision } from '../core/decision.ts';
import type { Alternative } from '../cost/alternatives.ts';
import type { Money, TierMoney } from '../cost/money.ts';
import type { Bin } from './histogram.ts';
import type { Quality } from './quality.ts';

/** Everything a page of the report shows, as data. */
export interface Report {
  readonly application: string;
  /** Records of the application that were read. */
  readonly records: number;
  /** When the first and the last of them were decided, ms since the epoch; absent where there are none. */
  readonly from?: number;
  readonly to?: number;
  readonly flows: FlowEnds;
  /** Names of the tiers of each cascade, from its first to its last; most applications have one. */
  readonly chains: readonly (readonly string[])[];
  /** The tiers of all of them, in that order. */
  readonly tiers: readonly TierFigures[];
  /** Of whole flows, from the first send to the answer. */
  readonly latency: Latency;
  /** Decisions of every tier, destination and control. */
  readonly decisions: readonly { readonly name: string; readonly counts: Partial<Record<Decision, number>> }[];
  /** Absent where no flow can be judged. */
  readonly quality?: Quality;
  /** Whether labels were given, and predictions in which no answer was found. */
  readonly labels: boolean;
  readonly unreadable: number;
  /** Share of flows that `quality` and `latency` looked at. */
  readonly sampled: number;
  /** Absent where the records do not say what was billed. */
  readonly money?: MoneyFigures;
}

/** How flows ended: each counts once. */
export interface FlowEnds {
  readonly answered: number;
  readonly dropped: number;
  readonly expired: number;
  readonly deadLettered: number;
  /** The sum of them. */
  readonly ended: number;
}

/** One tier. */
export interface TierFigures {
  readonly name: string;
  readonly versions: readonly string[];
  /** The tier that it escalates to. */
  readonly next?: string;
  /** Flows it decided on; shadows are not among them. */
  readonly came: number;
  readonly answered: number;
  /** The part of `answered` that it was not sure of, and answered all the same. */
  readonly exhausted: number;
  readonly escalated: number;
  readonly dropped: number;
  readonly expired: number;
  readonly deadLettered: number;
  /** Predictions in shadow, for audits of the tier before. */
  readonly audited: number;
  /** Its answers that the next tier saw in shadow, as far as both predictions are in the log. */
  readonly shadows: { readonly compared: number; readonly agreed: number };
  readonly predictions: number;
  /** Model time, of the predictions that say so. */
  readonly modelMs: number;
  readonly timed: number;
  /** Answered and escalated flows by score. */
  readonly scores: readonly Bin[];
  readonly threshold?: { readonly last: number; readonly lowest: number; readonly highest: number };
  readonly latency: Latency;
  /** Object bytes that references named here, and those fetched. */
  readonly declared: number;
  readonly fetched: number;
}

/** Durations, ms. Percentiles are within one percent. */
export interface Latency {
  readonly flows: number;
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Counts in stretches of equal ratio. */
  readonly shape: { readonly from: number; readonly to: number; readonly counts: readonly number[] };
}

/** Dollars for a million flows. */
export interface MoneyFigures {
  readonly region: string;
  /** The day the prices were read. */
  readonly date: string;
  /** Records that do not say what was billed. */
  readonly unbilled: number;
  readonly total: number;
  readonly money: Money;
  readonly tiers: readonly TierMoney[];
  readonly alternatives: readonly (Alternative & { readonly total: number })[];
  /** Whether the memory of functions is known, or taken to be the default. */
  readonly memoryKnown: boolean;
}

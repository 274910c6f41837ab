import type { BeforeControl, ControlDefinition, OfTiers } from './control/definition.ts';
import type { ControlSteps } from './control/steps.ts';
import type { Destination } from './destination.ts';
import type { Meet } from './step/join.ts';
import type { TierDefinition, Timing } from './tier-definition.ts';

/** Where a tier sends what it is not sure of. */
export interface NextTier {
  readonly name: string;
  readonly queue: string;
  /** True where the next tier joins: the escalation then brings the signal only, not the data. */
  readonly joins: boolean;
}

/** One tier as it runs: its definition, its place in the graph, its derived times. */
export interface TierPlan {
  readonly application: string;
  readonly tier: TierDefinition;
  readonly version: string;
  readonly file: string;
  /** `entry`: first tier. `carry`: the escalation brings the data. `join`: data comes by a stream of its own. */
  readonly mode: 'entry' | 'carry' | 'join';
  /** The queues it reads: one, or two for a join. */
  readonly reads: readonly { readonly queue: string; readonly kind: 'data' | 'signal' }[];
  readonly deadLetters: string;
  readonly answers: string;
  readonly next: NextTier | undefined;
  readonly limits: Limits;
  /** The controls its steps read. */
  readonly controls?: readonly ControlUse[];
  /** What its steps do where it has a state or decides with controls; it lies here so that others do not load it. */
  readonly steps?: ControlSteps;
  /** How halves meet where it joins; here for the same reason. */
  readonly meet?: Meet;
}

/** What reading a control takes beyond its item: all of it is JSON, so that it travels to wherever a tier runs. */
export interface ControlUse {
  readonly name: string;
  readonly beforeControl: BeforeControl;
  readonly maxStalenessMs: number;
  readonly initial?: unknown;
  /** Versions before the current one are read with it. */
  readonly withHistory?: true;
}

/** Names of the tiers that have a threshold, and of those that have `load`. */
export type TierNames = Readonly<Record<OfTiers, readonly string[]>>;

/** A queue whose tier works data again, and the kind of message it takes. */
export interface AgainQueue {
  readonly queue: string;
  readonly kind: 'data' | 'signal';
  /** The tier, whose states tell which keys it keeps data of. */
  readonly tier: string;
}

/** The application's controls, as the one function runs that applies them. */
export interface ControlPlan {
  readonly application: string;
  readonly name: string;
  readonly controls: readonly ControlDefinition[];
  /** Names of the tiers that built-in controls may be about. */
  readonly tiers: TierNames;
  /** The queues of the tiers that work data again when a control is applied, by the control's name. */
  readonly again?: Readonly<Record<string, readonly AgainQueue[]>>;
  readonly version: string;
  readonly file: string;
  readonly reads: readonly { readonly queue: string; readonly kind: 'control' }[];
  readonly deadLetters: string;
  readonly timing: Timing;
  readonly limits: Limits;
}

/** The destination as it runs. */
export interface DestinationPlan {
  readonly application: string;
  readonly destination: Destination;
  readonly version: string;
  readonly file: string;
  readonly reads: readonly { readonly queue: string; readonly kind: 'answer' }[];
  readonly deadLetters: string;
  readonly limits: Limits;
}

/** Times that follow from a tier's timeout, ms. */
export interface Limits {
  /** One invocation, loading and sending included. */
  readonly functionMs: number;
  /** How long a claim holds: longer than the function may run, shorter than the message stays hidden. */
  readonly leaseMs: number;
  /** AWS asks for six times the function's timeout plus the batch window (Lambda developer guide, SQS event source mappings). */
  readonly visibilityMs: number;
}

/** A queue as every cloud must make it. */
export interface QueueSpec {
  readonly name: string;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  /** Receives after which the queue itself gives a message up: the backstop for functions that die on it. */
  readonly maxReceives?: number;
  readonly deadLetters?: string;
}

/** A whole application, checked. */
export interface Graph {
  readonly application: string;
  /** From the first tier to the last of each cascade. */
  readonly tiers: readonly TierPlan[];
  readonly destination: DestinationPlan | undefined;
  /** Applies control messages, where the application defines controls. */
  readonly controls?: ControlPlan;
  readonly queues: readonly QueueSpec[];
}

/** The queue all answers go to. */
export const ANSWERS = 'answers';

const DAY_MS = 86_400_000;
/** How long dead letters stay: the longest SQS keeps a message. */
export const DEAD_LETTER_RETENTION_MS = 14 * DAY_MS;
/** What an invocation gets beside its tasks, to load the model and to send. */
export const LOAD_AND_SEND_MS = 5_000;

/** Records that an invocation always takes: as many as one call of SQS sends, hides or deletes. */
export const FIRST_SLICE = 10;
/** As many as SQS allows. */
const MOST_RECEIVES = 1_000;

/** The limits of a function whose task may take `timeoutMs`, done in so many rounds: a batch that fails is tried one by one. */
export function limitsFor(
  timing: { readonly timeoutMs: number; readonly windowMs: number },
  rounds: 1 | 2 = 1,
): Limits {
  const functionMs = rounds * timing.timeoutMs + LOAD_AND_SEND_MS;
  return { functionMs, leaseMs: functionMs + 1_000, visibilityMs: 6 * functionMs + timing.windowMs };
}

/** The queues that tiers and destination need, dead-letter queues included. */
export function queuesOf(
  tiers: readonly TierPlan[],
  destination: DestinationPlan | undefined,
  controls?: ControlPlan,
): readonly QueueSpec[] {
  const specs: QueueSpec[] = [];
  for (const plan of [...tiers, destination, controls].filter((one) => one !== undefined)) {
    for (const { queue } of plan.reads) {
      specs.push({
        name: queue,
        visibilityMs: plan.limits.visibilityMs,
        retentionMs: 4 * DAY_MS,
        maxReceives: receivesOf(plan, timingOf(plan)),
        deadLetters: plan.deadLetters,
      });
    }
    specs.push({ name: plan.deadLetters, visibilityMs: 30_000, retentionMs: DEAD_LETTER_RETENTION_MS });
  }
  if (!destination) {
    const deadLetters = `${ANSWERS}.dlq`;
    specs.push({ name: ANSWERS, visibilityMs: 30_000, retentionMs: 4 * DAY_MS, maxReceives: 20, deadLetters });
    specs.push({ name: deadLetters, visibilityMs: 30_000, retentionMs: DEAD_LETTER_RETENTION_MS });
  }
  return specs;
}

/** The times of whatever runs. */
export function timingOf(plan: TierPlan | DestinationPlan | ControlPlan): Timing {
  return 'tier' in plan ? plan.tier.timing : 'destination' in plan ? plan.destination.timing : plan.timing;
}

/** Whether messages come back here that did not fail: they wait for their turn, or for a control. */
export function waitsHidden(plan: TierPlan | DestinationPlan | ControlPlan): boolean {
  if (!('tier' in plan)) return false;
  return plan.tier.timing.pace !== undefined || (plan.controls ?? []).some((use) => use.beforeControl === 'buffer');
}

/** Receives a message gets here before its queue gives it up. */
export function receivesOf(plan: TierPlan | DestinationPlan | ControlPlan, timing: Timing): number {
  return waitsHidden(plan) ? MOST_RECEIVES : maxReceives(timing);
}

/**
 * Receives a message gets before its queue gives it up. A batch may be worked off ten at a time and the rest handed back, and
 * a paced tier hides messages until their turn; each return counts as a receive, so that many more are allowed.
 */
export function maxReceives(timing: {
  readonly maxAttempts: number;
  readonly batchSize: number;
  readonly pace?: unknown;
}): number {
  if (timing.pace !== undefined) return MOST_RECEIVES;
  const rounds = Math.ceil(timing.batchSize / FIRST_SLICE);
  return Math.min((2 * timing.maxAttempts + 10) * rounds, MOST_RECEIVES);
}

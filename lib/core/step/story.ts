import type { ControlValues } from '../control/decide-with.ts';
import { type DeadLetter, flowOf } from '../dead-letter.ts';
import type { Decision, DecisionRecord } from '../decision.ts';
import type { Envelope } from '../envelope.ts';
import type { ErrorPlace } from '../errors.ts';
import { isFlowId } from '../flow-id.ts';
import type { Mutable } from '../mutable.ts';
import { declaredBytes } from '../object-reference.ts';
import type { ControlPlan, DestinationPlan, TierPlan } from '../plan.ts';
import type { TableUpdate, UpdateResult } from '../table-update.ts';
import { now, type Outcome, type ReplyStatus, type Sending, type Step, send, sendAll, table } from './effects.ts';

/** One message as a queue delivered it. */
export interface Incoming {
  /** The queue's id of the message. */
  readonly id: string;
  readonly queue: string;
  readonly kind: 'data' | 'signal' | 'answer' | 'control';
  readonly body: string;
  readonly receives: number;
  readonly sentAt: number;
  /** Unique to this delivery: tells two concurrent deliveries of one message apart. */
  readonly deliveryId: string;
}

/** What one step knows and has done so far; every record it logs is made from it. */
export interface Story {
  readonly plan: TierPlan | DestinationPlan | ControlPlan;
  readonly incoming: Incoming;
  readonly name: string;
  envelope?: Envelope;
  attempt: number;
  calls: { queue: number; table: number; object: number };
  declared: number;
  fetched: number;
  modelMs?: number;
  modelCpuMs?: number | undefined;
  score?: number | undefined;
  /** The threshold that counts now; the tier's own where no control moves it. */
  threshold?: number;
  /** Versions of the controls it was decided with. */
  controls?: Readonly<Record<string, number>>;
  /** The controls that gates and score decide with, by the tier's names for them; */
  values?: ControlValues;
  /** and by `name#key`, for the prediction to be told the same. */
  told?: ControlValues;
  /** Why it is decided at all, where no data came. */
  why?: string;
  /** Key of the claim this step holds. */
  claimKey?: string | undefined;
  /** True once both halves of a join are there. */
  met?: boolean;
  /** Another delivery had stored this half, and may acknowledge its message while this one is at work. */
  parkedBefore?: boolean;
  inputs: { id: string; kind: string; ts?: number }[];
}

export function newStory(plan: TierPlan | DestinationPlan | ControlPlan, incoming: Incoming): Story {
  return {
    plan,
    incoming,
    name: 'tier' in plan ? plan.tier.name : 'destination' in plan ? plan.destination.name : plan.name,
    attempt: incoming.receives,
    calls: { queue: 0, table: 0, object: 0 },
    declared: 0,
    fetched: 0,
    inputs: [],
  };
}

/** Takes the decoded envelope into the story. */
export function open(story: Story, envelope: Envelope): void {
  story.envelope = envelope;
  story.inputs = [{ id: envelope.id, kind: envelope.kind, ts: envelope.ts }];
  story.declared = declaredBytes(envelope.objects) + declaredBytes(envelope.signal?.objects);
}

/** Where errors of this step happened. */
export function placeOf(story: Story): ErrorPlace {
  return {
    application: story.plan.application,
    tier: story.name,
    ...(story.envelope && { flow: story.envelope.flow }),
  };
}

/** A table write that counts. */
export function* write(story: Story, update: TableUpdate): Step<UpdateResult> {
  story.calls.table += 1;
  return yield* table(update);
}

/** A message sent, and counted with the object put that a large one takes. */
export function* post(story: Story, queue: string, message: Envelope | DeadLetter, group?: string): Step<void> {
  story.calls.queue += 1;
  story.calls.object += yield* send(queue, message, group);
}

/** Many messages sent at once. */
export function* postAll(story: Story, all: readonly Sending[]): Step<void> {
  if (all.length === 0) return;
  story.calls.queue += all.length;
  story.calls.object += yield* sendAll(all);
}

/** What a record may say beyond what the story knows. */
export type Details = Partial<
  Pick<
    DecisionRecord,
    'reason' | 'code' | 'out' | 'exhausted' | 'audit' | 'until' | 'data' | 'signal' | 'output' | 'threshold'
  >
>;

/** Logs one decision. */
export function* record(story: Story, decision: Decision, details: Details = {}): Step<void> {
  const at = yield* now();
  yield { do: 'log', record: recordOf(story, decision, at, details) };
}

/**
 * What the story says of a decision, and the details of it. Records are many: what one does not have is left out without a copy
 * for each. Their fields come in the order that the scanner of logs knows.
 */
function recordOf(story: Story, decision: Decision, at: number, details: Details): DecisionRecord {
  const { plan, incoming, envelope, why, score, controls, modelMs, modelCpuMs, declared, fetched } = story;
  const made: Mutable<Omit<DecisionRecord, 'calls'>> = {
    v: 1,
    at,
    application: plan.application,
    tier: story.name,
    version: plan.version,
    flow: flowIdOf(story),
    decision,
    in: story.inputs.length > 0 ? story.inputs : [{ id: incoming.id, kind: incoming.kind }],
    attempt: story.attempt,
  };
  if (envelope?.audit) made.shadow = true;
  if (why !== undefined) made.reason = why;
  if (score !== undefined) made.score = score;
  if (controls) made.controls = controls;
  if (modelMs !== undefined) made.modelMs = modelMs;
  if (modelCpuMs !== undefined) made.modelCpuMs = modelCpuMs;
  made.latencyMs = at - incoming.sentAt;
  if (declared + fetched > 0) made.bytes = { declared, fetched };
  return Object.assign(made, { calls: { ...story.calls } }, details);
}

/** The flow of the message, also of one that was refused for anything but its flow id. */
function flowIdOf({ envelope, incoming }: Story): string | null {
  if (envelope) return envelope.flow;
  const flow = flowOf(incoming.body);
  return isFlowId(flow) ? flow : null;
}

/** Logs a decision that ends the flow here, tells a waiting client, and acknowledges the message. */
export function* endFlow(story: Story, decision: 'dropped' | 'expired' | 'throttled', reason: string): Step<Outcome> {
  const status = decision === 'expired' ? 'expired' : 'dropped';
  yield* reply(story, { status, reason, tier: story.name });
  yield* record(story, decision, { reason });
  return { end: 'ack' };
}

/** Why the flow has expired, where its deadline is over. */
export function* pastDeadline({ envelope }: Story): Step<string | undefined> {
  const deadline = envelope?.deadline;
  if (deadline === undefined || (yield* now()) <= deadline) return undefined;
  return `its deadline was ${new Date(deadline).toISOString()}`;
}

/** Keeps the flow's end for a client that asked to wait for it. */
export function* reply(story: Story, status: ReplyStatus): Step<void> {
  const { envelope } = story;
  if (!envelope?.reply || envelope.audit) return;
  story.calls.table += 1;
  yield { do: 'reply', flow: envelope.flow, status };
}

/** The message waits, and comes back. */
export function* later(story: Story, at: number, afterMs: number, reason: string): Step<Outcome> {
  yield* record(story, 'throttled', { reason, until: at + afterMs });
  return { end: 'retry', afterMs };
}

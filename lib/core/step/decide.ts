import { drop } from '../drop.ts';
import type { Envelope, Signal } from '../envelope.ts';
import { SluiceError, toError } from '../errors.ts';
import { derivedFraction, derivedId } from '../identity.ts';
import type { Json } from '../json.ts';
import { survivor } from '../json-problem.ts';
import type { Mutable } from '../mutable.ts';
import { sentWith } from '../object-keys.ts';
import type { ObjectReferences } from '../object-reference.ts';
import type { TierPlan } from '../plan.ts';
import type { Work } from './arrive.ts';
import { complete } from './claim.ts';
import { ACK, gated, now, type Outcome, type Predicted, type Step } from './effects.ts';
import { type Details, placeOf, post, record, reply, type Story } from './story.ts';

/** What a prediction leads to. */
export type Verdict = 'accept' | 'escalate' | 'exhausted';

/** Satisfied ⇔ score ≥ threshold; a tier without a threshold accepts everything. */
export function verdictOf(
  plan: Pick<TierPlan, 'tier' | 'next'>,
  score: number | undefined,
  threshold: number | undefined = plan.tier.satisfied?.atLeast,
): Verdict {
  if (threshold === undefined || (score !== undefined && score >= threshold)) return 'accept';
  return plan.next ? 'escalate' : 'exhausted';
}

/** Whether an accepted flow also escalates in shadow: the same flow always gets the same answer. */
export function isAudited(plan: Pick<TierPlan, 'tier' | 'next'>, flow: string): boolean {
  const share = plan.tier.audit ?? 0;
  return plan.next !== undefined && share > 0 && derivedFraction('audit', plan.tier.name, flow) < share;
}

/** What a decision made on a prediction says beside the story: its threshold, and the payloads that the tier captures. */
function detailsOf(story: Story, plan: TierPlan, work: Work, output: unknown, exhausted = false): Mutable<Details> {
  const details: Mutable<Details> = exhausted ? { exhausted } : {};
  const threshold = thresholdOf(story, plan);
  if (threshold !== undefined) details.threshold = threshold;
  if (!isCaptured(plan, work.flow)) return details;
  details.data = work.data as Json;
  if (work.signal) details.signal = work.signal.output as Json;
  details.output = output as Json;
  return details;
}

/** Payloads are captured of the same flows at every try, and at every tier with that share. */
function isCaptured(plan: TierPlan, flow: string): boolean {
  const share = plan.tier.capture ?? 0;
  return share > 0 && derivedFraction('capture', flow) < share;
}

/** Scores a prediction, sends it on by its verdict, and records what was decided. */
export function* decide(story: Story, plan: TierPlan, work: Work, predicted: Predicted): Step<Outcome> {
  const score = scoreOf(story, plan, work, predicted.output);
  story.score = score;
  if (story.envelope!.audit) return yield* audited(story, plan, work, predicted);
  const verdict = verdictOf(plan, score, thresholdOf(story, plan));
  switch (verdict) {
    case 'escalate':
      return yield* escalated(story, plan, work, predicted);
    case 'accept':
      return yield* accepted(story, plan, work, predicted, false);
    case 'exhausted':
      if (plan.tier.exhausted === 'accept') return yield* accepted(story, plan, work, predicted, true);
      throw new SluiceError(
        'exhausted',
        `the last tier is not sure enough: score ${score} < ${thresholdOf(story, plan)}`,
        {
          ...placeOf(story),
          fix: "Add a tier after it, lower its threshold, or set exhausted: 'accept'.",
          retry: 'never',
        },
      );
  }
}

function scoreOf(story: Story, plan: TierPlan, work: Work, output: unknown): number | undefined {
  const { satisfied } = plan.tier;
  if (!satisfied) return undefined;
  const invalid = (problem: string, cause?: unknown): SluiceError =>
    new SluiceError('score-invalid', `satisfied.score ${problem}`, {
      ...placeOf(story),
      cause,
      fix: 'Make the score a number for every prediction its schema allows.',
    });
  let score: number;
  try {
    score = satisfied.score({ data: work.data, signal: work.signal?.output, output, controls: story.values ?? {} });
  } catch (cause) {
    throw invalid(`threw: ${toError(cause).message}`, cause);
  }
  if (typeof score === 'number' && !Number.isNaN(score)) return withinJson(score);
  throw invalid(`returned ${String(score)}, which is not a number`);
}

/** JSON has no infinity: a log-odds of certainty counts as the largest number that it has. */
const withinJson = (score: number): number => Math.max(-Number.MAX_VALUE, Math.min(score, Number.MAX_VALUE));

const PAST_GATE = ' past its gate';

function* accepted(story: Story, plan: TierPlan, work: Work, predicted: Predicted, exhausted: boolean): Step<Outcome> {
  const gate = plan.tier.gates?.destination;
  const output = gate ? yield* gated('destination', gate, predicted.output, work.flow, story.values) : predicted.output;
  if (output === drop) return yield* droppedAt(story, plan, plan.answers, 'destination');
  if (gate) survivor(output, PAST_GATE);
  const id = outputId(story, plan, plan.answers);
  const answer = yield* outgoing(story, plan, work, output, predicted.produced, id, 'answer');
  yield* post(story, plan.answers, answer);
  const shadow = isAudited(plan, work.flow)
    ? yield* escalate(story, plan, work, predicted, predicted.output, true)
    : undefined;
  yield* reply(story, { status: 'answered', answer });
  const lost = yield* complete(story, plan, id);
  if (lost) return lost;
  // A shadow that carries the objects still has to read them, and deletes them itself.
  if (!shadow || plan.next?.joins) yield* deleteObjects(story, work);
  const details = detailsOf(story, plan, work, predicted.output, exhausted);
  const sent = { id, to: plan.answers };
  if (shadow) details.audit = true;
  details.out = shadow ? [sent, shadow] : [sent];
  yield* record(story, 'accepted', details);
  return ACK;
}

function* escalated(story: Story, plan: TierPlan, work: Work, predicted: Predicted): Step<Outcome> {
  const gate = plan.tier.gates?.escalate;
  const output = gate ? yield* gated('escalate', gate, predicted.output, work.flow, story.values) : predicted.output;
  if (output === drop) return yield* droppedAt(story, plan, plan.next!.queue, 'escalate');
  if (gate) survivor(output, PAST_GATE);
  const out = yield* escalate(story, plan, work, predicted, output, false);
  const lost = yield* complete(story, plan, out.id);
  if (lost) return lost;
  const details = detailsOf(story, plan, work, predicted.output);
  details.out = [out];
  yield* record(story, 'escalated', details);
  return ACK;
}

function* audited(story: Story, plan: TierPlan, work: Work, predicted: Predicted): Step<Outcome> {
  // What an audit is for is the last tier's word: a shadow goes on to it, whatever tiers on the way say.
  const on = plan.next ? yield* escalate(story, plan, work, predicted, predicted.output, true) : undefined;
  const lost = yield* complete(story, plan, on?.id ?? outputId(story, plan, 'audit'));
  if (lost) return lost;
  // A shadow that carries the objects on still has to read them.
  if (!on || plan.next?.joins) yield* deleteObjects(story, work);
  const details = detailsOf(story, plan, work, predicted.output);
  details.signal = work.signal?.output as Json;
  details.output = predicted.output as Json;
  if (on) details.out = [on];
  yield* record(story, 'audited', details);
  return ACK;
}

function* droppedAt(story: Story, plan: TierPlan, to: string, gate: 'destination' | 'escalate'): Step<Outcome> {
  const reason = `the ${gate} gate dropped it`;
  yield* reply(story, { status: 'dropped', reason, tier: plan.tier.name });
  // Nothing but the record tells of a drop, so it comes before the mark that ends all tries.
  yield* record(story, 'dropped', { reason, ...threshold(story, plan) });
  return (yield* complete(story, plan, outputId(story, plan, to))) ?? ACK;
}

function* escalate(
  story: Story,
  plan: TierPlan,
  work: Work,
  predicted: Predicted,
  output: unknown,
  shadow: boolean,
): Step<{ readonly id: string; readonly to: string }> {
  const next = plan.next!;
  const id = outputId(story, plan, shadow ? `${next.queue}#audit` : next.queue);
  const message = yield* outgoing(story, plan, work, output, predicted.produced, id, 'signal');
  if (!next.joins) {
    message.data = work.data;
    message.objects = work.objects;
  }
  if (shadow) message.audit = true;
  yield* post(story, next.queue, message, message.fair);
  return { id, to: next.queue };
}

function outputId(story: Story, plan: TierPlan, to: string): string {
  return derivedId(...story.inputs.map((input) => input.id), plan.tier.name, plan.version, to);
}

function* outgoing(
  story: Story,
  plan: TierPlan,
  work: Work,
  output: unknown,
  produced: ObjectReferences,
  id: string,
  kind: 'signal' | 'answer',
): Step<Mutable<Envelope>> {
  const { deadline, reply: waits, fair, trace } = story.envelope!;
  const tenant = tenantOf(story, plan, work) ?? fair;
  const message: Mutable<Envelope> = {
    v: 1,
    id,
    flow: work.flow,
    kind,
    from: { name: plan.tier.name, version: plan.version },
    ts: work.ts,
    sent: yield* now(),
    hop: work.hop + 1,
    signal: signalOf(story, plan, output, produced),
  };
  if (deadline !== undefined) message.deadline = deadline;
  if (waits) message.reply = true;
  if (tenant !== undefined) message.fair = tenant;
  if (trace) message.trace = trace;
  return message;
}

function signalOf(story: Story, plan: TierPlan, output: unknown, produced: ObjectReferences): Signal {
  const { tier, version } = plan;
  const signal: Mutable<Signal> = { output, tier: tier.name, version };
  const threshold = thresholdOf(story, plan);
  if (story.score !== undefined) signal.score = story.score;
  if (threshold !== undefined) signal.threshold = threshold;
  if (story.controls) signal.controls = story.controls;
  if (Object.keys(produced).length > 0) signal.objects = produced;
  return signal;
}

function tenantOf(story: Story, plan: TierPlan, work: Work): string | undefined {
  const { fairBy } = plan.tier;
  if (!fairBy) return undefined;
  const invalid = (problem: string, cause?: unknown): SluiceError =>
    new SluiceError('option-invalid', `fairBy ${problem}`, {
      ...placeOf(story),
      cause,
      fix: 'Return a text for all data that the schema allows.',
    });
  let tenant: unknown;
  try {
    tenant = fairBy({ data: work.data });
  } catch (cause) {
    throw invalid(`threw: ${toError(cause).message}`, cause);
  }
  if (typeof tenant === 'string' || tenant === undefined) return tenant;
  throw invalid(`returned ${typeof tenant}`);
}

/** Deletes what is to be deleted once the answer has been delivered: after the send and the done-mark, never before. */
function* deleteObjects(story: Story, work: Work): Step<void> {
  // A message can name the object of another flow: that one is not this flow's to delete.
  const own = sentWith(work.flow);
  const references = Object.values(work.objects).filter((r) => r.deleteAfter === 'accepted' && r.key.startsWith(own));
  if (references.length === 0) return;
  story.calls.object += 1;
  yield { do: 'delete', references };
}

/** The threshold that counts: the tier's own, unless a control has moved it. */
function thresholdOf(story: Story, plan: TierPlan): number | undefined {
  return story.threshold ?? plan.tier.satisfied?.atLeast;
}

function threshold(story: Story, plan: TierPlan): { readonly threshold?: number } {
  const atLeast = thresholdOf(story, plan);
  return atLeast === undefined ? {} : { threshold: atLeast };
}

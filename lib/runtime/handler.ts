import { controlStep } from '../core/control/apply.ts';
import { SluiceError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import type { ControlPlan, DestinationPlan, TierPlan } from '../core/plan.ts';
import type { Outcome, Step } from '../core/step/effects.ts';
import { destinationStep, tierStep } from '../core/step/step.ts';
import type { Incoming } from '../core/step/story.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { Predictor } from '../ports/predictor.ts';
import type { ReceivedMessage } from '../ports/queue.ts';
import { toAnswer } from './answer.ts';
import type { Workplace } from './carry-out.ts';
import type { ControlReader } from './controls/reader.ts';
import { runSteps } from './interpreter.ts';
import { withTimeout } from './timeout.ts';

/** Works off one batch; `failed` are the receipts that must come back. It never rejects for a record. */
export type BatchHandler = (messages: readonly ReceivedMessage[]) => Promise<{ readonly failed: readonly string[] }>;

/** The handler of one of a tier's queues. */
export function tierHandler(
  plan: TierPlan,
  queue: string,
  cloud: Cloud,
  predictor: Predictor,
  options: { readonly allowedBuckets?: readonly string[]; readonly controls?: ControlReader } = {},
): BatchHandler {
  const kind = kindOf(plan, queue);
  const place: Workplace = {
    cloud,
    name: plan.tier.name,
    predictor,
    timeoutMs: plan.tier.timing.timeoutMs,
    deliver: undefined,
    ...options,
  };
  return batchHandler(place, queue, kind, (incoming) => tierStep(plan, incoming));
}

/** The handler of the answers queue. */
export function destinationHandler(plan: DestinationPlan, cloud: Cloud): BatchHandler {
  const { handler, timing } = plan.destination;
  const place: Workplace = {
    cloud,
    name: plan.destination.name,
    predictor: undefined,
    timeoutMs: timing.timeoutMs,
    async deliver(envelope) {
      const handled = handler(toAnswer(envelope, cloud.objects));
      if (!isPromise(handled)) return;
      await withTimeout(cloud.clock, handled, timing.timeoutMs, () => tooLong(timing.timeoutMs));
    },
  };
  return batchHandler(place, plan.reads[0]!.queue, 'answer', (incoming) => destinationStep(plan, incoming));
}

/** The handler of the control messages' queue. */
export function controlHandler(plan: ControlPlan, cloud: Cloud): BatchHandler {
  const { timeoutMs } = plan.timing;
  const place: Workplace = { cloud, name: plan.name, predictor: undefined, timeoutMs, deliver: undefined };
  return batchHandler(place, plan.reads[0]!.queue, 'control', (incoming) => controlStep(plan, incoming));
}

function tooLong(timeoutMs: number): SluiceError {
  return new SluiceError('destination-failed', `the handler took longer than ${timeoutMs} ms`, {
    fix: 'Raise timeout, or hand the answer on instead of working on it.',
  });
}

function kindOf(plan: TierPlan, queue: string): Incoming['kind'] {
  const read = plan.reads.find((r) => r.queue === queue);
  if (read) return read.kind;
  throw new SluiceError('queue-unknown', `tier "${plan.tier.name}" does not read queue "${queue}"`, {
    fix: `It reads ${plan.reads.map((r) => r.queue).join(' and ')}.`,
  });
}

function batchHandler(
  place: Workplace,
  queue: string,
  kind: Incoming['kind'],
  toStep: (incoming: Incoming) => Step<Outcome>,
): BatchHandler {
  return async (messages) => {
    const { cloud } = place;
    const invocation = cloud.random.id();
    const steps = messages.map(({ id, body, receives, sentAt }, i) =>
      toStep({ id, queue, kind, body, receives, sentAt, deliveryId: `${invocation}/${i}` }),
    );
    const outcomes = await runSteps(place, steps);
    return { failed: await hideRetries(cloud, queue, messages, outcomes) };
  };
}

/** Hides each message that comes back until its time; one that cannot be hidden returns when its visibility runs out. */
async function hideRetries(
  cloud: Cloud,
  queue: string,
  messages: readonly ReceivedMessage[],
  outcomes: readonly Outcome[],
): Promise<readonly string[]> {
  if (outcomes.every(({ end }) => end === 'ack')) return [];
  const byDelay = new Map<number, string[]>();
  const failed: string[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.end === 'ack') continue;
    const { receipt } = messages[i]!;
    failed.push(receipt);
    const same = byDelay.get(outcome.afterMs);
    if (same) same.push(receipt);
    else byDelay.set(outcome.afterMs, [receipt]);
  }
  await Promise.allSettled(
    [...byDelay].map(([afterMs, receipts]) => cloud.queue(queue).hide(receipts, Math.min(afterMs, MAX_HIDE_MS))),
  );
  return failed;
}

/** SQS hides a message for at most 12 hours. */
const MAX_HIDE_MS = 12 * 3_600_000;

import { LIMITS } from './aws.ts';
import type { QueueShape } from './shape.ts';

/** What an event source mapping may do at a moment. */
export interface Allowance {
  /** Batches it may have at work, throttled ones included; grows by fractions. */
  readonly concurrency: number;
  /** Pollers that gather batches and are paid by the hour; 0 in standard mode. */
  readonly pollers: number;
}

/** Why an allowance changes: messages wait for a free place, places are empty, or invocations were refused. */
export type Pressure = 'starved' | 'steady' | 'slack' | 'throttled';

const { mapping, pollers: provisioned } = LIMITS;

/** The least and the most batches a mapping has at work. @see SOURCES.sqsScaling */
export function boundsOf({ maxConcurrency = mapping.most, pollers }: QueueShape): { least: number; most: number } {
  if (pollers) {
    const { invocationsEach } = provisioned;
    return { least: pollers.minimum * invocationsEach, most: pollers.maximum * invocationsEach };
  }
  return { least: Math.min(mapping.start, maxConcurrency), most: Math.min(mapping.most, maxConcurrency) };
}

/** Where a mapping begins: five batches at a time, or what its least pollers take. @see SOURCES.sqsScaling */
export function firstAllowance(queue: QueueShape): Allowance {
  return withPollers(queue, boundsOf(queue).least);
}

/**
 * The allowance after `seconds`: 300 batches more a minute while messages wait, 1,000 in provisioned mode, never past the
 * mapping's limits; and less where invocations are throttled. AWS publishes where it shrinks to, not how fast: as fast as it grows here.
 *
 * @see SOURCES.sqsScaling, SOURCES.sqsErrors
 */
export function nextAllowance(
  queue: QueueShape,
  { concurrency }: Allowance,
  pressure: Pressure,
  seconds: number,
): Allowance {
  if (pressure === 'steady') return withPollers(queue, concurrency);
  const perMinute = queue.pollers ? provisioned.concurrencyPerMinute : mapping.perMinute;
  const change = ((pressure === 'starved' ? 1 : -1) * perMinute * seconds) / 60;
  const { least, most } = boundsOf(queue);
  return withPollers(queue, Math.min(most, Math.max(least, concurrency + change)));
}

function withPollers({ pollers }: QueueShape, concurrency: number): Allowance {
  return { concurrency, pollers: pollers ? concurrency / provisioned.invocationsEach : 0 };
}

/**
 * Messages a mapping can receive in `seconds`: a provisioned poller makes 10 receives a second and takes 1 MB/s. For
 * standard mode nothing is published but its concurrency.
 *
 * @see SOURCES.sqsScaling
 */
export function receivable({ pollers }: Allowance, messageBytes: number, seconds: number): number {
  if (pollers === 0) return Number.POSITIVE_INFINITY;
  const each = Math.min(provisioned.receivesEach * LIMITS.messagesPerRequest, provisioned.bytesEach / messageBytes);
  return pollers * each * seconds;
}

/** What batches are made from. */
export interface Gathering {
  readonly waiting: number;
  /** Since when the pollers have been gathering it, s. */
  readonly gathered: number;
  /** Pollers that have nothing to do but gather. */
  readonly gatherers: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
}

/**
 * How many batches begin now: a poller's batch begins when it is full or its window is over. Idle pollers gather side by
 * side and share what arrives, so thin traffic makes many small batches.
 *
 * @see SOURCES.sqsBatching
 */
export function batchesToBegin({ waiting, gathered, gatherers, batchSize, windowSeconds }: Gathering): number {
  if (waiting <= 0 || gatherers <= 0) return 0;
  if (waiting >= gatherers * batchSize) return gatherers;
  return gathered >= windowSeconds ? Math.min(gatherers, Math.ceil(waiting)) : 0;
}

/** Half of the places empty is called slack: AWS says "when traffic is low", and no number. */
const SLACK = 0.5;

/** What the last moment means for a mapping's allowance. */
export function pressureOf(at: {
  readonly throttled: boolean;
  /** Messages that are left though every place is taken. */
  readonly leftOver: boolean;
  /** Messages at work, in full batches, by places. */
  readonly load: number;
}): Pressure {
  if (at.throttled) return 'throttled';
  if (at.leftOver) return 'starved';
  return at.load < SLACK ? 'slack' : 'steady';
}

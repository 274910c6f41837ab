import type { Assumed } from './assumed.ts';
import { LIMITS } from './aws.ts';
import { type Batches, refused } from './batches.ts';
import { type Line, line, total } from './line.ts';
import { reception } from './reception.ts';
import { type Allowance, batchesToBegin, firstAllowance, nextAllowance, pressureOf } from './rules-mapping.ts';
import type { QueueShape } from './shape.ts';

/** What stays the same while a mapping runs. */
export interface MappingOptions {
  readonly queue: QueueShape;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly visibilitySeconds: number;
  readonly assumed: Assumed;
}

/** An event source mapping and its queue. */
export interface Mapping {
  readonly queue: QueueShape;
  readonly line: Line;
  readonly allowance: Allowance;
  /** Batches at work, and the messages in them. */
  readonly running: number;
  readonly runningMessages: number;
  /** Messages received and refused so far. */
  readonly heldMessages: number;
  /** Requests to receive and to delete so far, those that found nothing among them. */
  readonly requests: number;
  /** Poller-seconds so far; 0 in standard mode. */
  readonly pollerSeconds: number;
  /** Messages that were refused until their visibility timeout was over. */
  readonly returned: number;
  /** Gathers batches; returns all that want to begin now, refused ones first. */
  gather(now: number, seconds: number): readonly Batches[];
  /** Keeps batches that were refused for the next try. */
  refuse(batches: Batches, now: number): void;
  begin(batches: number, messages: number): void;
  end(batches: number, messages: number): void;
  /** Grows or shrinks at the end of a moment. */
  adapt(throttled: boolean, seconds: number): void;
}

/** A mapping that has seen no message yet. */
export function mapping(options: MappingOptions): Mapping {
  const { queue, batchSize, windowSeconds, visibilitySeconds, assumed } = options;
  const waiting = line();
  const held = refused();
  const pollers = reception(assumed.messageBytes, windowSeconds);
  let allowance = firstAllowance(queue);
  let running = 0;
  let runningMessages = 0;
  let gathering: number | undefined;
  let requests = 0;
  let pollerSeconds = 0;
  let returned = 0;

  const places = (): number => Math.max(0, Math.floor(allowance.concurrency) - running - held.count);

  const fresh = (now: number): Batches | undefined => {
    const free = places();
    const inFlight = runningMessages + held.messages;
    const available = Math.min(waiting.size, pollers.credit, LIMITS.inFlight - inFlight);
    if (available > 0 && free > 0) gathering ??= now;
    const gatherers = allowance.pollers > 0 ? Math.min(free, Math.max(1, Math.floor(allowance.pollers))) : free;
    const gathered = now - (gathering ?? now);
    const count = batchesToBegin({ waiting: available, gathered, gatherers, batchSize, windowSeconds });
    if (count === 0) return undefined;
    gathering = undefined;
    const parcels = waiting.take(Math.min(available, count * batchSize));
    const messages = total(parcels);
    pollers.take(messages);
    requests += 2 * count * Math.max(1, Math.ceil(messages / count / LIMITS.messagesPerRequest));
    return { count, parcels, received: now, due: now };
  };

  return {
    queue,
    line: waiting,
    get allowance() {
      return allowance;
    },
    get running() {
      return running;
    },
    get runningMessages() {
      return runningMessages;
    },
    get heldMessages() {
      return held.messages;
    },
    get requests() {
      return requests;
    },
    get pollerSeconds() {
      return pollerSeconds;
    },
    get returned() {
      return returned;
    },
    gather(now, seconds) {
      for (const { parcels } of held.expired(now, visibilitySeconds)) {
        returned += total(parcels);
        waiting.putBack(parcels);
      }
      pollers.pass(allowance, seconds);
      const made = fresh(now);
      const due = held.due(now);
      return made ? [...due, made] : due;
    },
    refuse(batches, now) {
      held.add({ ...batches, due: now + assumed.retrySeconds });
    },
    begin(batches, messages) {
      running += batches;
      runningMessages += messages;
    },
    end(batches, messages) {
      running -= batches;
      runningMessages = running === 0 ? 0 : runningMessages - messages;
    },
    adapt(throttled, seconds) {
      const idle = places();
      // Who finds nothing asks again after the longest wait; in provisioned mode pollers ask, not places.
      requests += (Math.min(idle, allowance.pollers || idle) * seconds) / LIMITS.longPollSeconds;
      pollerSeconds += allowance.pollers * seconds;
      const atWork = (runningMessages + held.messages) / batchSize / allowance.concurrency;
      const load = Math.max(atWork, pollers.load(allowance));
      const leftOver = waiting.size > 0 && (idle === 0 || waiting.size > pollers.most(allowance));
      allowance = nextAllowance(queue, allowance, pressureOf({ throttled, leftOver, load }), seconds);
    },
  };
}

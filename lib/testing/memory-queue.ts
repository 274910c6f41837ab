import type { QueueSpec } from '../core/plan.ts';
import type { OutgoingMessage, QueueDepth, ReceivedMessage } from '../ports/queue.ts';
import { type MessageFacts, messageFacts } from './facts.ts';

/** A message that lies in a queue. */
export interface Stored {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly sentAt: number;
  readonly facts: MessageFacts;
  visibleAt: number;
  receives: number;
  /** Counts deliveries: the receipt of an earlier one is void. */
  delivery: number;
}

/** A message as its receiver sees it, and as it lies there. */
export interface Taken {
  readonly received: ReceivedMessage;
  readonly stored: Stored;
}

/** A queue in memory whose every act is done at once; time and ids come from its world. */
export interface MemoryQueue {
  readonly spec: QueueSpec;
  readonly messages: readonly Stored[];
  add(message: OutgoingMessage, visibleAt: number): Stored;
  /** Puts back a message that was deleted. */
  restore(message: Stored, visibleAt: number): void;
  /** Takes up to `max` messages: the first ones, or the order that `order` puts them in. */
  take(max: number, visibilityMs: number, order?: (visible: Stored[]) => void): readonly Taken[];
  delete(receipt: string): Stored | undefined;
  hide(receipt: string, ms: number): Stored | undefined;
  purge(): void;
  depth(): QueueDepth;
  /** When the next message can be received; `undefined` where there is none. */
  next(): number | undefined;
}

/** What a queue needs of its world. */
export interface QueueSurroundings {
  readonly now: () => number;
  readonly newId: () => string;
  readonly textOf: (key: string) => string | undefined;
  /** The queue has a message, or one can be received earlier. */
  readonly onMessage: () => void;
  /** Received too often: given to the dead-letter queue. */
  readonly onGivenUp: (message: Stored) => void;
  /** Older than the retention time. */
  readonly onForgotten: (message: Stored) => void;
}

/** SQS keeps a message hidden for at most twelve hours. */
const MAX_HIDDEN_MS = 43_200_000;

export function memoryQueue(spec: QueueSpec, world: QueueSurroundings): MemoryQueue {
  const messages: Stored[] = [];
  /** What `next` says, unless anything but an `add` came since: it is asked with every message that is added. */
  let soonest: number | undefined;
  let known = true;
  const drop = (message: Stored): void => void messages.splice(messages.indexOf(message), 1);
  /** The message that a receipt names, where the receipt is still good. */
  const named = (receipt: string): Stored | undefined => {
    const at = receipt.lastIndexOf('/');
    const id = receipt.slice(0, at);
    const delivery = Number(receipt.slice(at + 1));
    return messages.find((m) => m.id === id && m.delivery === delivery);
  };
  /** What is too old goes, and what was received too often moves on, when somebody looks. */
  function tidy(now: number): void {
    known = false;
    for (let i = messages.length - 1; i >= 0; i -= 1) {
      const message = messages[i]!;
      if (message.sentAt < now - spec.retentionMs) {
        messages.splice(i, 1);
        world.onForgotten(message);
      } else if (message.visibleAt <= now && message.receives >= (spec.maxReceives ?? Number.POSITIVE_INFINITY)) {
        messages.splice(i, 1);
        world.onGivenUp(message);
      }
    }
  }
  return {
    spec,
    messages,
    add({ body, group }, visibleAt) {
      const id = world.newId();
      const facts = messageFacts(id, body, world.textOf);
      const message = { id, body, group, sentAt: world.now(), facts, visibleAt, receives: 0, delivery: 0 };
      messages.push(message);
      if (soonest === undefined || visibleAt < soonest) soonest = visibleAt;
      world.onMessage();
      return message;
    },
    restore(message, visibleAt) {
      known = false;
      message.visibleAt = visibleAt;
      if (!messages.includes(message)) messages.push(message);
      world.onMessage();
    },
    take(max, visibilityMs, order) {
      const now = world.now();
      tidy(now);
      const visible = messages.filter((m) => m.visibleAt <= now);
      if (order) order(visible);
      else if (visible.some(({ group }) => group !== undefined)) inTurn(visible);
      return visible.slice(0, max).map((message) => {
        message.receives += 1;
        message.delivery += 1;
        message.visibleAt = now + visibilityMs;
        return { received: receivedOf(message), stored: message };
      });
    },
    delete(receipt) {
      const message = named(receipt);
      if (message) drop(message);
      known = false;
      return message;
    },
    hide(receipt, ms) {
      const message = named(receipt);
      // As in SQS: a message whose visibility timeout has run out is hidden by nobody.
      if (!message || message.visibleAt <= world.now()) return undefined;
      known = false;
      message.visibleAt = world.now() + Math.min(ms, MAX_HIDDEN_MS);
      world.onMessage();
      return message;
    },
    purge() {
      messages.splice(0);
      known = false;
    },
    depth() {
      const now = world.now();
      const ready = messages.filter((m) => m.visibleAt <= now).length;
      const delayed = messages.filter((m) => m.visibleAt > now && m.receives === 0).length;
      return { ready, delayed, inFlight: messages.length - ready - delayed };
    },
    next() {
      if (!known) {
        soonest = messages.reduce<number | undefined>((l, m) => Math.min(l ?? m.visibleAt, m.visibleAt), undefined);
        known = true;
      }
      return soonest;
    },
  };
}

function receivedOf({ id, body, delivery, receives, sentAt, group }: Stored): ReceivedMessage {
  const message = { id, body, receipt: `${id}/${delivery}`, receives, sentAt: Math.floor(sentAt) };
  return group === undefined ? message : { ...message, group };
}

/** Groups take turns, so that one that floods the queue does not starve the others. */
function inTurn(messages: Stored[]): void {
  const places = new Map<Stored, number>();
  const next = new Map<string | undefined, number>();
  for (const message of messages) {
    const place = next.get(message.group) ?? 0;
    next.set(message.group, place + 1);
    places.set(message, place);
  }
  messages.sort((a, b) => places.get(a)! - places.get(b)!);
}

import { toError } from '../core/errors.ts';
import type { ReceivedMessage } from '../ports/queue.ts';
import type { Crew } from './crew.ts';
import type { FaultPoint } from './faults.ts';
import type { MemoryQueue, Stored, Taken } from './memory-queue.ts';
import type { Outage } from './outage.ts';
import type { Draws } from './random.ts';
import type { World } from './world.ts';

/** What the queues of one tier are fed with. */
export interface Feeding {
  readonly world: World;
  readonly timing: { readonly batchSize: number; readonly windowMs: number };
  readonly crew: Crew;
  readonly visibilityMs: number;
  readonly outage: Outage;
  readonly draws: Draws;
  readonly orders: Draws;
  readonly duplicate: FaultPoint;
  readonly reorder: FaultPoint;
  readonly lostDelete: FaultPoint;
}

/** Longest time between two looks at a queue that has something. */
const POLL_MS = 60;

/** Feeds a tier's processes from one of its queues, whenever that has something. */
export function feed(name: string, feeding: Feeding): void {
  const { world, timing, crew, outage, draws } = feeding;
  const { schedule } = world;
  const queue = world.queues.get(name)!;
  let next: { readonly at: number; readonly timer: { cancel(): void } } | undefined;

  function wake(): void {
    const visible = queue.next();
    if (visible === undefined) return;
    const at = Math.max(visible, schedule.now(), outage.over());
    if (next && next.at <= at) return;
    next?.timer.cancel();
    const delay = POLL_MS * draws.next() ** 2 + timing.windowMs * draws.next();
    next = { at, timer: schedule.after(at - schedule.now() + delay, poll) };
  }
  function poll(): void {
    next = undefined;
    if (crew.isFull(poll)) return;
    if (!outage.isOn()) receive(queue, feeding);
    wake();
  }
  world.onMessage(name, wake);
  wake();
}

/** One receive: a batch, if there is something, and a process that works it off. */
function receive(queue: MemoryQueue, feeding: Feeding): void {
  const { world, timing, crew, draws, orders, reorder } = feeding;
  const { name } = queue.spec;
  const most = Math.max(1, Math.ceil(timing.batchSize * draws.next() ** 0.25));
  const order = reorder() === undefined ? undefined : (visible: Stored[]) => shuffle(visible, orders);
  const taken = queue.take(most, feeding.visibilityMs, order);
  if (taken.length === 0) return;
  const worker = crew.take(name);
  const { process } = worker;
  world.tell(process.name, {
    did: 'receive',
    queue: name,
    messages: taken.map(({ stored }) => ({ ...stored.facts, receives: stored.receives })),
  });
  crew.begin(worker);
  deliverAgain(queue, taken, feeding);
  const messages = taken.map(({ received }) => received);
  worker
    .handlerOf(name)(messages)
    .then(
      ({ failed }) => {
        if (!process.alive()) return;
        crew.end(worker);
        acknowledgeLater(queue, messages, failed, feeding);
      },
      (error: unknown) => {
        world.tell(process.name, { did: 'fail', error: toError(error) });
        crew.end(worker);
      },
    );
}

/** Some messages are seen again at once, or after a while, deleted or not. */
function deliverAgain(queue: MemoryQueue, taken: readonly Taken[], { world, duplicate }: Feeding): void {
  const { schedule } = world;
  for (const { stored } of taken) {
    const how = duplicate();
    if (how === undefined) continue;
    schedule.after(how < 0.5 ? 30 * how : 10 ** (8 * how - 1), () => queue.restore(stored, schedule.now()));
  }
}

/** Deletes what has not failed, a moment later, or only the first ones of it. */
function acknowledgeLater(
  queue: MemoryQueue,
  messages: readonly ReceivedMessage[],
  failed: readonly string[],
  { world, draws, lostDelete }: Feeding,
): void {
  const receipts = messages.map(({ receipt }) => receipt).filter((receipt) => !failed.includes(receipt));
  world.schedule.after(1 + 20 * draws.next(), () => {
    const how = receipts.length > 0 ? lostDelete() : undefined;
    for (const [i, receipt] of receipts.entries()) {
      if (how !== undefined && i >= receipts.length * (1 - how)) continue;
      const message = queue.delete(receipt);
      if (message) world.tell('event source', { did: 'delete', queue: queue.spec.name, message: message.facts });
    }
  });
}

function shuffle(messages: unknown[], orders: Draws): void {
  for (let i = messages.length - 1; i > 0; i -= 1) {
    const j = Math.floor(orders.next() * (i + 1));
    [messages[i], messages[j]] = [messages[j], messages[i]];
  }
}

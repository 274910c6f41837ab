import type { Queue, ReceivedMessage } from '../ports/queue.ts';
import type { BatchHandler } from '../runtime/handler.ts';
import type { DrainGuard } from './drain.ts';

/** One queue's share of an event, and the state of the invocation it is worked off in. */
export interface BatchWork {
  readonly queue: Queue;
  readonly messages: readonly ReceivedMessage[];
  readonly handle: BatchHandler;
  readonly guard: DrainGuard;
  /** Milliseconds the invocation has left. */
  readonly remainingMs: () => number;
  /** Told of each message that is done and need not come back. */
  readonly onDone: (message: ReceivedMessage) => void;
  /** False while times say nothing about the next slice: the model is loading. */
  readonly learns: () => boolean;
}

/** Works a batch off in slices, in its order, while there is time; returns how many were handed back untouched. */
export async function workOff(work: BatchWork): Promise<number> {
  const { queue, messages, handle, guard, remainingMs, onDone, learns } = work;
  for (let at = 0; at < messages.length; ) {
    const size = guard.take(messages.length - at, remainingMs(), at === 0);
    const slice = messages.slice(at, at + size);
    if (size === 0) return handBack(queue, messages.slice(at));
    const telling = learns();
    const took = sliceWatch();
    const failed = new Set((await handle(slice)).failed);
    for (const message of slice) if (!failed.has(message.receipt)) onDone(message);
    if (telling) guard.learn({ records: size, ...took() });
    at += size;
  }
  return 0;
}

/** Lets messages be received again at once; where that fails, they come back when their visibility timeout is over. */
async function handBack(queue: Queue, messages: readonly ReceivedMessage[]): Promise<number> {
  const receipts = messages.map(({ receipt }) => receipt);
  await queue.hide(receipts, 0).catch(() => undefined);
  return messages.length;
}

/** Tells the time this thread worked from the time it waited. */
function sliceWatch(): () => { readonly busyMs: number; readonly waitMs: number } {
  const started = performance.now();
  const before = performance.eventLoopUtilization();
  return () => {
    const ms = performance.now() - started;
    const waitMs = Math.min(ms, performance.eventLoopUtilization(before).idle);
    return { waitMs, busyMs: ms - waitMs };
  };
}

import type { BatchHandler } from '../runtime/handler.ts';

/** Lets at most `most` batches of all handlers it wraps run at a time. */
export function limited(most: number): (handler: BatchHandler) => BatchHandler {
  let running = 0;
  const waiting: (() => void)[] = [];
  return (handler) => async (messages) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await handler(messages);
    } finally {
      // The place passes straight to the next in line, so nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

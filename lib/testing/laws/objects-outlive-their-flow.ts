import { halvesOf, MESSAGES } from '../../core/object-keys.ts';
import { isOutsider } from '../outsiders.ts';
import type { LawMaker } from './law.ts';
import { markMs } from './mark.ts';

/**
 * No object is deleted before the answer of its flow has been sent, nor while anybody still has to read it; no body of a message
 * or a half is written over by another one.
 */
export const objectsOutliveTheirFlow: LawMaker = (_, runs) => {
  const answered = new Set<string>();
  const removed = new Map<string, { readonly by: string; readonly at: number }>();
  let hasStall = false;
  return {
    name: 'objects outlive their flow',
    hears: {
      fault({ kind }) {
        hasStall ||= kind === 'stall';
        return undefined;
      },
      send: ({ message }) =>
        message.kind === 'answer' && message.flow !== null ? void answered.add(message.flow) : undefined,
      put({ by, key, found }) {
        removed.delete(key);
        const isOurs = key.startsWith(MESSAGES) || key.startsWith(halvesOf(by.replace(/#\d+$/, '')));
        return found && isOurs ? { message: `${by} wrote another body over ${key}` } : undefined;
      },
      remove({ by, at, key }) {
        removed.set(key, { by, at });
        const flow = flowOf(key);
        if (flow === undefined || isOutsider(by) || answered.has(flow)) return undefined;
        return { flow, message: `${by} deleted ${key} before the flow was answered` };
      },
      get({ by, at, key }, world) {
        const before = removed.get(key);
        const flow = flowOf(key);
        // Who stood still, or whose clock is wrong, may still work on a flow that others have finished.
        if (!before || flow === undefined || isOutsider(by) || hasStall || world.clockAhead > 0) return undefined;
        // While a done-mark lasts, what is delivered again does not come so far as to look for an object.
        const plan = runs.planOf(before.by, by.replace(/#\d+$/, ''));
        if (!plan || at - before.at >= markMs(plan)) return undefined;
        return { flow, message: `${by} looked for ${key}, which ${before.by} had deleted` };
      },
    },
  };
};

function flowOf(key: string): string | undefined {
  const encoded = /^objects\/([^/]+)\//.exec(key)?.[1];
  return encoded === undefined ? undefined : decodeURIComponent(encoded);
}

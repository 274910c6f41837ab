import { workerData } from 'node:worker_threads';
import type { ObjectReference } from '../core/object-reference.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type ObjectCall, type ObjectReply, unpackError, type WorkerStart } from './worker-messages.ts';

/** An object store in a worker thread that asks the main thread's: one store, one place that counts. */
export function remoteObjects(send: (call: ObjectCall) => void): {
  readonly store: ObjectStore;
  readonly settle: (reply: ObjectReply) => void;
} {
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array | ObjectReference>>();
  let calls = 0;
  const ask = (toCall: (call: number) => ObjectCall): Promise<Uint8Array | ObjectReference> => {
    const call = ++calls;
    const reply = Promise.withResolvers<Uint8Array | ObjectReference>();
    waiting.set(call, reply);
    send(toCall(call));
    return reply.promise;
  };
  return {
    store: {
      bucket: (workerData as WorkerStart).bucket,
      get: async (reference) => (await ask((call) => ({ call, do: 'get', reference }))) as Uint8Array,
      put: async (key, bytes, options) =>
        (await ask((call) => ({ call, do: 'put', key, bytes, contentType: options?.contentType }))) as ObjectReference,
      delete: () => Promise.reject(new Error('a worker deletes nothing: the step does')),
    },
    settle(reply) {
      const pending = waiting.get(reply.call);
      waiting.delete(reply.call);
      if (reply.error) pending?.reject(unpackError(reply.error));
      else pending?.resolve(reply.value!);
    },
  };
}

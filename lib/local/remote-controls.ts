import type { ControlUse } from '../core/plan.ts';
import type { ControlFound } from '../core/step/effects.ts';
import type { ControlReader } from '../runtime/controls/reader.ts';
import { type ControlCall, type ControlReply, unpackError } from './worker-messages.ts';

/** A control reader in a worker thread that asks the main thread's: what is remembered there serves all of them. */
export function remoteControls(
  uses: readonly ControlUse[],
  send: (call: ControlCall) => void,
): { readonly reader: ControlReader; readonly settle: (reply: ControlReply) => void } {
  const waiting = new Map<number, PromiseWithResolvers<ControlFound>>();
  let calls = 0;
  return {
    reader: {
      uses,
      find(name, key) {
        const call = ++calls;
        const reply = Promise.withResolvers<ControlFound>();
        waiting.set(call, reply);
        send({ type: 'control', call, name, key });
        return reply.promise;
      },
    },
    settle({ call, value, error }) {
      const pending = waiting.get(call);
      waiting.delete(call);
      if (error) pending?.reject(unpackError(error));
      else pending?.resolve(value!);
    },
  };
}

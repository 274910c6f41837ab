import { stdoutDecisions } from '../../../../lib/aws/decisions.ts';
import { createHandler } from '../../../../lib/aws/handler.ts';
import { defineTier } from '../../../../lib/index.ts';
import type { Cloud } from '../../../../lib/ports/cloud.ts';
import { environmentOf, graphOf } from '../../../aws-handler/harness.ts';
import { createBackend } from './backend.ts';
import { CONTEXT, type Contender } from './contender.ts';
import { Prediction, predict, Reading } from './task.ts';

/** The Lambda handler of a tier as it is deployed: middleware, drain guard, decision log and metrics included. */
export function sluiceHandler(delivery: 'at-least-once' | 'once'): Contender {
  const backend = createBackend();
  const tier = defineTier({
    name: 'only',
    input: Reading,
    output: Prediction,
    delivery,
    predict: ({ data }) => predict(data),
  });
  const handler = createHandler(tier, {
    env: environmentOf(graphOf([tier]), 'only'),
    cloud: () => cloudOver(backend),
    log: { fault: async () => undefined, decisions: async () => undefined },
    writeLine: () => undefined,
  });
  return {
    name: delivery === 'once' ? 'sluice, once' : 'sluice',
    version: 'this one',
    does: 'validation, retry, dead letters, decision log, metrics',
    calls: backend.calls,
    handle: (event) => handler(event as never, CONTEXT),
  };
}

function cloudOver(backend: ReturnType<typeof createBackend>): Cloud {
  return {
    queue: (name) => ({
      name,
      async send(messages) {
        await backend.send(messages.map(({ body }) => body));
        return messages.map(() => undefined);
      },
      receive: async () => [],
      delete: async () => undefined,
      hide: async () => undefined,
      depth: async () => ({ ready: 0, delayed: 0, inFlight: 0 }),
      purge: async () => undefined,
    }),
    table: {
      async update({ key, set = {} }) {
        await backend.write(key, set);
        return { applied: true, item: set };
      },
      get: async (key) => (await backend.read(key)) as undefined,
    },
    objects: { bucket: 'none', put: never, get: never, delete: async () => undefined },
    // Records are made into lines, which nobody keeps.
    decisions: stdoutDecisions({ write: (_, done) => done() }),
    clock: { now: Date.now, sleep: async () => undefined },
    random: { id: () => crypto.randomUUID() },
  };
}

const never = (): Promise<never> => Promise.reject(new Error('nothing here has objects'));

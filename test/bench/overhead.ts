import { fileURLToPath } from 'node:url';
import { encode } from '../../lib/core/envelope.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { Queue, ReceivedMessage } from '../../lib/ports/queue.ts';
import { loadApplication } from '../../lib/runtime/application.ts';
import { tierHandler } from '../../lib/runtime/handler.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';

/** What the framework itself costs a record. */
export interface Overhead {
  readonly batch: number;
  readonly rounds: number;
  /** Median over the rounds. */
  readonly microsPerRecord: number;
}

const BATCH = 10;
const ROUNDS = 5_000;

/** Times the handler on batches of ten over ports that answer at once: decode, validate, predict, decide, send, log. */
export async function overhead(): Promise<Overhead> {
  const application = await loadApplication(fileURLToPath(new URL('./applications/trivial', import.meta.url)));
  const plan = application.graph.tiers[0]!;
  const cloud = instantCloud();
  const predictor = createPredictor({ tier: plan.tier, version: plan.version, objects: cloud.objects });
  const handler = tierHandler(plan, plan.tier.name, cloud, predictor);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const batch = Array.from({ length: BATCH }, (_, i) => message(round * BATCH + i));
    const started = performance.now();
    await handler(batch);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return { batch: BATCH, rounds: ROUNDS, microsPerRecord: (times[ROUNDS / 2]! / BATCH) * 1_000 };
}

function message(n: number): ReceivedMessage {
  const id = `m-${n}`;
  const body = encode({
    v: 1,
    id,
    flow: `f-${n}`,
    kind: 'data',
    from: { name: 'client', version: '1' },
    ts: 0,
    sent: 0,
    hop: 0,
    data: { n },
  });
  return { id, body, receipt: id, receives: 1, sentAt: 0 };
}

/** Ports that do nothing, at once: what is left is the framework. */
function instantCloud(): Cloud {
  const sent = Promise.resolve([]);
  const done = Promise.resolve();
  const queue = { name: 'none', send: () => sent, hide: () => done } as unknown as Queue;
  return {
    queue: () => queue,
    table: {
      update: async () => ({ applied: true, item: {} }),
      get: async () => undefined,
      list: async () => ({ items: [] }),
    },
    objects: { bucket: 'none' } as Cloud['objects'],
    decisions: { write: () => done, flow: async () => [] },
    clock: { now: () => 0, sleep: () => done },
    random: { id: () => 'id' },
  };
}

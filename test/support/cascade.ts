import type { AnyControl } from '../../lib/core/control/types.ts';
import type { DeadLetter } from '../../lib/core/dead-letter.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Destination } from '../../lib/core/destination.ts';
import type { Envelope, Offloaded } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import type { Graph, TierPlan } from '../../lib/core/plan.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import type { Answer, AnyTier } from '../../lib/core/tier-types.ts';
import { connect } from '../../lib/index.ts';
import { type LocalCloud, openCloud } from '../../lib/local/index.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { ReceivedMessage } from '../../lib/ports/queue.ts';
import { toAnswer } from '../../lib/runtime/answer.ts';
import { type CallCounter, countCalls } from '../../lib/runtime/call-counter.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { deadLetterSources, listDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { settleExpired } from '../../lib/runtime/expired.ts';
import { type BatchHandler, controlHandler, destinationHandler, tierHandler } from '../../lib/runtime/handler.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

/** A cascade under the test's own hand: nothing is delivered, and no time passes, unless the test says so. */
export interface TestCascade {
  readonly cloud: LocalCloud;
  readonly graph: Graph;
  readonly clock: ManualClock;
  readonly calls: CallCounter;
  readonly records: DecisionRecord[];
  /** Answers in the order they were delivered, redelivered ones included. */
  readonly answers: Answer[];
  send(entry: string, data: unknown, options?: Record<string, unknown>): Promise<string>;
  /** Puts a raw message on a queue, as a stranger to the client could. */
  put(queue: string, body: string): Promise<void>;
  /**
   * Receives one batch of a queue and handles it. `times` delivers the same batch again before anything is deleted, one
   * after the other or `together`; `lose` loses the delete.
   */
  deliver(
    queue: string,
    options?: { readonly times?: number; readonly together?: boolean; readonly max?: number; readonly lose?: boolean },
  ): Promise<number>;
  /** Delivers until every queue is empty; advances the clock to the next delayed message where only those are left. */
  drain(options?: { readonly times?: number }): Promise<void>;
  /** Decides on expired items, as the embedded cloud's sweep does. */
  sweep(): Promise<void>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  decisions(flow: string): readonly string[];
  close(): Promise<void>;
}

export interface TestCascadeOptions {
  readonly tiers: readonly AnyTier[];
  readonly controls?: readonly AnyControl[];
  readonly destination?: Destination;
  readonly dir?: string;
  readonly clock?: ManualClock;
  /** The time limits of the tiers' own tasks are of the test's clock, too. */
  readonly timed?: boolean;
  /** Puts something between the runtime and the cloud: faults, spies. */
  readonly wrap?: (cloud: LocalCloud) => LocalCloud;
}

export async function testCascade(options: TestCascadeOptions): Promise<TestCascade> {
  const clock = options.clock ?? manualClock();
  const records: DecisionRecord[] = [];
  const local = await openCloud({
    dir: options.dir ?? ':memory:',
    clock,
    onDecisions: (written) => records.push(...written),
  });
  const { cloud, calls } = countCalls(options.wrap?.(local) ?? local);
  const definitions = [
    ...options.tiers,
    ...(options.controls ?? []),
    ...(options.destination ? [options.destination] : []),
  ];
  const graph = buildGraph(
    'test',
    definitions.map((d) => ({
      file: `functions/test/${d.name}.ts`,
      version: 'v1',
      definition: d as unknown as TierDefinition,
    })),
  );
  cloud.declare(graph.queues);
  const answers: Answer[] = [];
  const handlers = new Map(graph.tiers.flatMap((plan) => queueHandlers(plan, cloud, options.timed)));
  if (graph.controls) handlers.set('controls', controlHandler(graph.controls, cloud));
  const destination: BatchHandler | undefined = graph.destination && destinationHandler(graph.destination, cloud);

  const deliver: TestCascade['deliver'] = async (
    name,
    { times = 1, together = false, max = 100, lose = false } = {},
  ) => {
    const queue = cloud.queue(name);
    const messages = await queue.receive({ max, visibilityMs: 60_000, waitMs: 0 });
    if (messages.length === 0) return 0;
    const runs: Promise<{ failed: readonly string[] }>[] = [];
    for (let i = 0; i < times; i += 1) {
      runs.push(handle(name, messages));
      if (!together) await runs[i];
    }
    // A message is gone as soon as one of its deliveries at work says it is done; of deliveries in turn the last one says.
    const ends = together ? await Promise.all(runs) : [await runs.at(-1)!];
    const done = messages.map((m) => m.receipt).filter((r) => !ends.every(({ failed }) => failed.includes(r)));
    if (!lose) await queue.delete(done);
    return messages.length;
  };
  const handle = async (name: string, messages: readonly ReceivedMessage[]): Promise<{ failed: readonly string[] }> => {
    if (name !== 'answers') return handlers.get(name)!(messages);
    if (destination) return destination(messages);
    for (const { body } of messages) {
      answers.push(toAnswer(JSON.parse(await wholeText(body)) as Envelope, cloud.objects));
    }
    return { failed: [] };
  };
  const wholeText = async (body: string): Promise<string> => {
    if (!body.includes('"offloaded"')) return body;
    const { offloaded } = JSON.parse(body) as Partial<Offloaded>;
    return offloaded ? Buffer.from(await local.objects.get(offloaded)).toString() : body;
  };
  const working = [...handlers.keys(), 'answers'];

  const drain: TestCascade['drain'] = async (drainOptions = {}) => {
    let step = 10;
    for (let round = 0; round < 10_000; round += 1) {
      let delivered = 0;
      for (const name of working) delivered += await deliver(name, drainOptions);
      if (delivered > 0) {
        step = 10;
        continue;
      }
      const depths = await Promise.all(working.map((name) => cloud.queue(name).depth()));
      if (depths.every((d) => d.ready + d.delayed + d.inFlight === 0)) return;
      clock.advance(step);
      step = Math.min(step * 2, 5_000);
    }
    throw new Error('the cascade does not come to rest');
  };

  return {
    cloud,
    graph,
    clock,
    calls,
    records,
    answers,
    deliver,
    drain,
    async send(entry, data, sendOptions = {}) {
      const client = connect(entry as never, { cloud: cloud as Cloud });
      const { flowId } = await (client.send as (...args: unknown[]) => Promise<{ flowId: string }>)(data, sendOptions);
      return flowId;
    },
    async put(queue, body) {
      await local.queue(queue).send([{ body }]);
    },
    async sweep() {
      const expired = await cloud.table.expired(1_000);
      await settleExpired(graph, cloud, expired);
      await cloud.table.deleteExpired(expired);
    },
    async deadLetters() {
      return listDeadLetters(local, deadLetterSources(graph));
    },
    decisions: (flow) => records.filter((r) => r.flow === flow).map((r) => `${r.tier}:${r.decision}`),
    close: () => local.close(),
  };
}

function queueHandlers(
  plan: TierPlan,
  cloud: Cloud,
  timed = false,
): readonly (readonly [string, ReturnType<typeof tierHandler>])[] {
  const controls = controlReader(cloud.table, cloud.clock, plan.controls ?? []);
  const predictor = createPredictor({
    tier: plan.tier,
    version: plan.version,
    objects: cloud.objects,
    controls,
    ...(timed && { clock: cloud.clock }),
  });
  return plan.reads.map(({ queue }) => [queue, tierHandler(plan, queue, cloud, predictor, { controls })] as const);
}

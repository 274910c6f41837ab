import { rejectUnknownKeys } from '../core/options.ts';
import { ANSWERS, type ControlPlan, type DestinationPlan, type TierPlan, timingOf } from '../core/plan.ts';
import type { Answer } from '../core/tier-types.ts';
import type { Predictor } from '../ports/predictor.ts';
import type { Application } from '../runtime/application.ts';
import { type ControlReader, controlReader } from '../runtime/controls/reader.ts';
import { type BatchHandler, controlHandler, destinationHandler, tierHandler } from '../runtime/handler.ts';
import { type Metered, metered } from '../runtime/meter.ts';
import { createPredictor } from '../runtime/predictor.ts';
import { tapAnswers } from './answer-tap.ts';
import type { LocalCloud } from './cloud.ts';
import { limited } from './concurrency.ts';
import { type EventSource, startEventSource } from './event-source.ts';
import { startSweep } from './sweep.ts';
import { createWorkerPool } from './worker-pool.ts';

/** Invocations of one tier at a time where the tier does not say: one thread runs them all, so few are enough. */
const DEFAULT_CONCURRENCY = 4;

/** How an application runs on the embedded cloud. */
export interface CascadeOptions {
  readonly application: Application;
  readonly cloud: LocalCloud;
  /** Called with every answer, before the application's own destination where it has one. */
  readonly onAnswer?: (answer: Answer) => void | Promise<void>;
  /** Faults of the cascade itself: a queue that cannot be read, say. */
  readonly onError?: (error: Error) => void;
}

/** A running cascade. */
export interface Cascade {
  /** True where no message waits and none is at work. */
  idle(): Promise<boolean>;
  /** Resolves once the cascade is idle; messages that wait for a retry or their turn keep it busy. */
  settled(): Promise<void>;
  /** Stops receiving, waits for batches at work, and ends worker threads. */
  stop(): Promise<void>;
}

/**
 * Runs every tier of an application on the embedded cloud: an event source per queue, worker threads where a tier asks
 * for them, the destination, and the sweep that decides on halves that waited in vain.
 *
 * @throws SluiceError `option-unknown`
 * @example
 * ```ts
 * import { connect } from 'sluice';
 * import { loadApplication, openCloud, startCascade } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * const cascade = await startCascade({
 *   application: await loadApplication('functions/text'),
 *   cloud,
 *   onAnswer: (answer) => console.log(answer.flowId, answer.tier), // fox-1 language
 * });
 * const client = connect<typeof import('./functions/text/language.ts')>('language', { cloud });
 * await client.send({ text: 'the quick brown fox' }, { flowId: 'fox-1' });
 * await cascade.settled();
 * await cascade.stop();
 * await cloud.close();
 * ```
 */
export async function startCascade(options: CascadeOptions): Promise<Cascade> {
  rejectUnknownKeys(options, ['application', 'cloud', 'onAnswer', 'onError'], 'startCascade');
  const { application, cloud, onError = () => undefined } = options;
  const { graph } = application;
  cloud.declare(graph.queues);
  const predictors: Predictor[] = [];
  const sources: EventSource[] = [];
  const listen = (
    queue: string,
    meter: Metered<LocalCloud>,
    plan: TierPlan | DestinationPlan | ControlPlan,
    handler: BatchHandler,
    concurrency: number,
  ): void => {
    const timing = timingOf(plan);
    sources.push(
      startEventSource({
        queue: cloud.queue(queue),
        handler(messages) {
          meter.received(messages);
          return handler(messages);
        },
        batchSize: timing.batchSize,
        windowMs: timing.windowMs,
        concurrency,
        visibilityMs: plan.limits.visibilityMs,
        clock: cloud.clock,
        onError,
      }),
    );
  };
  if (graph.controls) {
    const meter = metered(cloud);
    const handler = controlHandler(graph.controls, meter.cloud);
    listen(graph.controls.reads[0]!.queue, meter, graph.controls, handler, 1);
  }
  for (const plan of graph.tiers) {
    const meter = metered(cloud);
    const own = meter.cloud;
    const controls = controlReader(own.table, own.clock, plan.controls ?? []);
    const predictor = predictorFor(plan, application, own, controls);
    predictors.push(predictor);
    const concurrency = plan.tier.maxConcurrency ?? DEFAULT_CONCURRENCY;
    // The two queues of a join share the tier's concurrency: it bounds invocations of the tier, not of a queue.
    const limit = limited(concurrency);
    for (const { queue } of plan.reads)
      listen(queue, meter, plan, limit(tierHandler(plan, queue, own, predictor, { controls })), concurrency);
  }
  const destination = options.onAnswer ? tapAnswers(graph, options.onAnswer) : graph.destination;
  if (destination) {
    const meter = metered(cloud);
    listen(ANSWERS, meter, destination, destinationHandler(destination, meter.cloud), DEFAULT_CONCURRENCY);
  }
  const sweep = startSweep(graph, cloud, onError);
  const queues = graph.queues.filter(
    (q) => !q.name.endsWith('.dlq') && (destination !== undefined || q.name !== ANSWERS),
  );

  const idle = async (): Promise<boolean> => {
    if (!sources.every((source) => source.idle())) return false;
    for (const { name } of queues) {
      const { ready, delayed, inFlight } = await cloud.queue(name).depth();
      if (ready + delayed + inFlight > 0) return false;
    }
    return true;
  };
  return {
    idle,
    async settled() {
      while (!(await idle())) await cloud.clock.sleep(10);
    },
    async stop() {
      sweep.stop();
      await Promise.all(sources.map((source) => source.stop()));
      await Promise.all(predictors.map((predictor) => predictor.close()));
    },
  };
}

function predictorFor(plan: TierPlan, application: Application, cloud: LocalCloud, controls: ControlReader): Predictor {
  const { tier, version } = plan;
  const file = application.files.get(tier.name);
  if (!tier.workers || !file) return createPredictor({ tier, version, objects: cloud.objects, controls });
  return createWorkerPool({
    tier: tier.name,
    file,
    version,
    size: tier.workers,
    timeoutMs: tier.timing.timeoutMs,
    together: tier.predictBatch !== undefined,
    objects: cloud.objects,
    controls,
  });
}

import { defineDestination } from '../core/destination.ts';
import { isSluiceError } from '../core/errors.ts';
import { ANSWERS, type DestinationPlan, limitsFor, type TierPlan } from '../core/plan.ts';
import type { Answer } from '../core/tier-types.ts';
import type { Predictor } from '../ports/predictor.ts';
import type { Application } from '../runtime/application.ts';
import { settleExpired } from '../runtime/expired.ts';
import { type BatchHandler, destinationHandler, tierHandler } from '../runtime/handler.ts';
import { createPredictor } from '../runtime/predictor.ts';
import type { LocalCloud } from './cloud.ts';
import { type EventSource, startEventSource } from './event-source.ts';
import { createWorkerPool } from './worker-pool.ts';

/** Invocations of one tier at a time where the tier does not say: one thread runs them all, so few are enough. */
const DEFAULT_CONCURRENCY = 4;
const SWEEP_MS = 1_000;

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
 */
export async function startCascade(options: CascadeOptions): Promise<Cascade> {
  const { application, cloud, onError = () => undefined } = options;
  const { graph } = application;
  cloud.declare(graph.queues);
  const predictors: Predictor[] = [];
  const sources: EventSource[] = [];
  const listen = (
    queue: string,
    plan: TierPlan | DestinationPlan,
    handler: BatchHandler,
    concurrency: number,
  ): void => {
    const timing = 'tier' in plan ? plan.tier.timing : plan.destination.timing;
    sources.push(
      startEventSource({
        queue: cloud.queue(queue),
        handler,
        batchSize: timing.batchSize,
        windowMs: timing.windowMs,
        concurrency,
        visibilityMs: plan.limits.visibilityMs,
        clock: cloud.clock,
        onError,
      }),
    );
  };
  for (const plan of graph.tiers) {
    const predictor = predictorFor(plan, application, cloud);
    predictors.push(predictor);
    const concurrency = plan.tier.maxConcurrency ?? DEFAULT_CONCURRENCY;
    // The two queues of a join share the tier's concurrency: it bounds invocations of the tier, not of a queue.
    const limit = limited(concurrency);
    for (const { queue } of plan.reads)
      listen(queue, plan, limit(tierHandler(plan, queue, cloud, predictor)), concurrency);
  }
  const destination = destinationFor(options);
  if (destination) listen(ANSWERS, destination, destinationHandler(destination, cloud), DEFAULT_CONCURRENCY);
  const sweep = startSweep(options, onError);
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

/** Lets at most `most` batches of all handlers it wraps run at a time. */
function limited(most: number): (handler: BatchHandler) => BatchHandler {
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

function predictorFor(plan: TierPlan, application: Application, cloud: LocalCloud): Predictor {
  const { tier, version } = plan;
  const file = application.files.get(tier.name);
  if (!tier.workers || !file) return createPredictor({ tier, version, objects: cloud.objects });
  return createWorkerPool({
    tier: tier.name,
    file,
    version,
    size: tier.workers,
    timeoutMs: tier.timing.timeoutMs,
    together: tier.predictBatch !== undefined,
    objects: cloud.objects,
  });
}

function destinationFor(options: CascadeOptions): DestinationPlan | undefined {
  const { application, onAnswer } = options;
  const own = application.graph.destination;
  if (!onAnswer) return own;
  const handler = own?.destination.handler;
  const tapped = defineDestination({
    name: own?.destination.name ?? 'answers',
    handler: async (answer) => {
      await onAnswer(answer);
      await handler?.(answer);
    },
  });
  if (own) return { ...own, destination: { ...own.destination, handler: tapped.handler } };
  return {
    application: application.name,
    destination: { ...tapped, timing: { ...tapped.timing, batchSize: 100 } },
    version: '1',
    file: '',
    reads: [{ queue: ANSWERS, kind: 'answer' }],
    deadLetters: `${ANSWERS}.dlq`,
    limits: limitsFor(tapped.timing),
  };
}

/** Decides on expired halves: logged first, deleted then, so that a crash in between only logs them again. */
function startSweep(options: CascadeOptions, onError: (error: Error) => void): { stop(): void } {
  const { application, cloud } = options;
  const timer = setInterval(async () => {
    try {
      const expired = await cloud.table.expired(1_000);
      await settleExpired(application.graph, cloud, expired);
      if (expired.length > 0) await cloud.table.deleteExpired(expired.map(({ key }) => key));
    } catch (error) {
      if (!isSluiceError(error) || error.code !== 'store-full') onError(error as Error);
    }
  }, SWEEP_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

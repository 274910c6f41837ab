import { Worker } from 'node:worker_threads';
import { SluiceError, toError } from '../core/errors.ts';
import { LOAD_AND_SEND_MS } from '../core/plan.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Predictor, PredictRequest, PredictResult } from '../ports/predictor.ts';
import type { ControlReader } from '../runtime/controls/reader.ts';
import {
  type ControlCall,
  type FromWorker,
  packError,
  type ToWorker,
  unpackResult,
  type WorkerStart,
} from './worker-messages.ts';

/** What a pool of worker threads needs to predict for one tier. */
export interface WorkerPoolOptions {
  readonly tier: string;
  /** Absolute path of the tier's file. */
  readonly file: string;
  readonly version: string;
  readonly size: number;
  readonly timeoutMs: number;
  /** True where one model call takes a whole batch: its requests then stay together. */
  readonly together: boolean;
  readonly objects: ObjectStore;
  /** Finds what the tier's controls say; needed where it names some. */
  readonly controls?: ControlReader;
}

interface Job {
  readonly requests: readonly PredictRequest[];
  readonly finish: (results: readonly PredictResult[]) => void;
}

interface Thread {
  worker: Worker;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
  /** True once it has loaded its file and model, for which a new worker gets more time. */
  warm: boolean;
}

/** Time beyond the tier's timeout that a worker gets to report it by itself, before it is ended. */
const GRACE_MS = 250;

/**
 * Predicts in worker threads, one job a thread at a time, so that a heavy model never stalls queues and other tiers.
 *
 * @example
 * ```ts
 * import { resolve } from 'node:path';
 * import { createWorkerPool, openCloud } from 'sluice/local';
 *
 * const { objects } = await openCloud({ dir: ':memory:' });
 * const file = resolve('functions/text/language.ts');
 * const pool = createWorkerPool({ tier: 'language', file, version: '1', size: 1, timeoutMs: 5_000, together: false, objects });
 * const nothing = { signal: undefined, objects: {}, signalObjects: {}, producePrefix: '' };
 * const [result] = await pool.predict([{ ...nothing, flowId: 'f1', attempt: 1, data: { text: 'the fox' } }]);
 * console.log(result && 'output' in result && result.output); // { language: 'en', confidence: 0.99 }
 * await pool.close();
 * ```
 */
export function createWorkerPool(options: WorkerPoolOptions): Predictor {
  const threads: Thread[] = [];
  const jobs: Job[] = [];
  let closed = false;

  const assign = (): void => {
    for (const thread of threads) {
      if (thread.job) continue;
      const job = jobs.shift();
      if (!job) return;
      const refused = ask(thread, job);
      if (refused) {
        job.finish(job.requests.map(() => ({ error: refused, fetched: { bytes: 0, calls: 0 } })));
        continue;
      }
      thread.job = job;
      thread.timer = setTimeout(
        () => end(thread, timedOut(options)),
        options.timeoutMs + (thread.warm ? GRACE_MS : LOAD_AND_SEND_MS),
      );
    }
    if (jobs.length > 0 && threads.length < options.size && !closed) {
      threads.push(startThread());
      assign();
    }
  };

  const finish = (thread: Thread, results: readonly PredictResult[]): void => {
    const { job } = thread;
    clearTimeout(thread.timer);
    thread.job = undefined;
    thread.warm = true;
    job?.finish(results);
    assign();
  };

  /** Ends a thread that hangs or died; its job fails, the next one gets a new thread. */
  const end = (thread: Thread, error: Error): void => {
    const at = threads.indexOf(thread);
    if (at < 0) return;
    threads.splice(at, 1);
    void thread.worker.terminate();
    finish(
      thread,
      (thread.job?.requests ?? []).map(() => ({ error, fetched: { bytes: 0, calls: 0 } })),
    );
  };

  const startThread = (): Thread => {
    const { file, version, objects, controls } = options;
    const start: WorkerStart = { file, version, bucket: objects.bucket, controls: controls?.uses ?? [] };
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: start });
    const thread: Thread = { worker, job: undefined, timer: undefined, warm: false };
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'done') finish(thread, message.results.map(unpackResult));
      else if (message.type === 'object') void answerObjectCall(worker, options.objects, message);
      else if (message.type === 'control') void answerControlCall(worker, options.controls, message);
    });
    worker.on('error', (error) => end(thread, died(options, toError(error).message)));
    worker.on('exit', (code) => end(thread, died(options, `exit code ${code}`)));
    worker.unref();
    return thread;
  };

  const run = (requests: readonly PredictRequest[]): Promise<readonly PredictResult[]> =>
    new Promise((resolve) => {
      jobs.push({ requests, finish: resolve });
      assign();
    });

  return {
    async predict(requests) {
      if (!options.together) return (await Promise.all(requests.map((request) => run([request])))).flat();
      const results = await run(requests);
      if (requests.length === 1 || !results.every((result) => 'error' in result)) return results;
      // The whole batch fell with its worker: alone, each record only answers for itself.
      return (await Promise.all(requests.map((request) => run([request])))).flat();
    },
    async close() {
      closed = true;
      await Promise.all(threads.splice(0).map((thread) => thread.worker.terminate()));
    },
  };
}

/** Hands a job to a thread; the error where what it holds cannot be copied into one. */
function ask({ worker }: Thread, { requests }: Job): Error | undefined {
  try {
    worker.postMessage({ type: 'predict', job: 0, requests } satisfies ToWorker);
    return undefined;
  } catch (cause) {
    return new SluiceError('data-invalid', `the data cannot go to a worker thread: ${toError(cause).message}`, {
      cause,
      fix: 'Return plain values from schemas and gates: threads copy what they are given.',
      retry: 'never',
    });
  }
}

async function answerControlCall(
  worker: Worker,
  controls: ControlReader | undefined,
  { call, name, key }: ControlCall,
): Promise<void> {
  try {
    const value = await controls!.find(name, key);
    worker.postMessage({ type: 'control', call, value } satisfies ToWorker);
  } catch (error) {
    worker.postMessage({ type: 'control', call, error: packError(toError(error)) } satisfies ToWorker);
  }
}

async function answerObjectCall(
  worker: Worker,
  store: ObjectStore,
  message: FromWorker & { type: 'object' },
): Promise<void> {
  const { call } = message;
  try {
    const value =
      message.do === 'get'
        ? await store.get(message.reference)
        : await store.put(
            message.key,
            message.bytes,
            message.contentType === undefined ? {} : { contentType: message.contentType },
          );
    worker.postMessage({ type: 'object', call, value } satisfies ToWorker);
  } catch (error) {
    worker.postMessage({ type: 'object', call, error: packError(toError(error)) } satisfies ToWorker);
  }
}

function timedOut(options: WorkerPoolOptions): SluiceError {
  return new SluiceError(
    'predict-timeout',
    `predict took longer than ${options.timeoutMs} ms; its worker thread was ended`,
    {
      tier: options.tier,
      fix: 'Raise timeout, or make the task quicker.',
    },
  );
}

function died(options: WorkerPoolOptions, how: string): SluiceError {
  return new SluiceError('worker-died', `the worker thread died while predicting (${how})`, {
    tier: options.tier,
    fix: 'Look for process.exit, a native crash or too little memory in predict or load.',
  });
}

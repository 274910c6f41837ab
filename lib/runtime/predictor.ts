import { isSluiceError, SluiceError, toError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import { LOAD_AND_SEND_MS } from '../core/plan.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { PredictContext, TierTypes } from '../core/tier-types.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Predictor, PredictRequest, PredictResult } from '../ports/predictor.ts';
import { type LazyObjectSet, lazyObjects, type ObjectReader, objectReader, objectStoreFailed } from './objects.ts';
import { stopwatch, type Taken, type Watch } from './stopwatch.ts';
import { withTimeout } from './timeout.ts';

/** What a predictor in this thread needs. */
export interface PredictorOptions {
  readonly tier: TierDefinition;
  readonly version: string;
  readonly objects: ObjectStore;
  readonly allowedBuckets?: readonly string[];
  /** CPU milliseconds of this thread so far; given where the thread predicts one request at a time. */
  readonly cpuMs?: () => number;
}

type Context = PredictContext<TierTypes, unknown>;

/** One request on its way through the model. */
interface Call {
  readonly context: Context;
  readonly data: LazyObjectSet;
  readonly signal: LazyObjectSet;
  readonly produced: Record<string, ObjectReference>;
  readonly abort: () => void;
}

/** Runs the tier's own `load` and `predict` in this thread. */
export function createPredictor(options: PredictorOptions): Predictor {
  const { tier, version } = options;
  const loadMs = tier.timing.timeoutMs + LOAD_AND_SEND_MS;
  let model: Promise<unknown> | undefined;
  const loaded = (): Promise<unknown> => {
    const load = async (): Promise<unknown> => tier.load?.({ version });
    model ??= withTimeout(load(), loadMs, () => loadTimeout(tier, loadMs)).catch((cause: unknown) => {
      model = undefined; // The next batch tries again: a model server may have been away.
      throw taskError('load-failed', 'load', tier.name, undefined, cause);
    });
    return model;
  };
  const watch = stopwatch(options.cpuMs);
  let current: { readonly value: unknown } | undefined;

  return {
    async predict(requests) {
      try {
        current ??= { value: await loaded() };
      } catch (error) {
        return requests.map(() => ({ error: toError(error), fetched: { bytes: 0, calls: 0 } }));
      }
      const reader = objectReader(options.objects, options.allowedBuckets);
      const calls = requests.map((request) => callOf(options, request, reader, current!.value));
      const results = tier.predictBatch
        ? await predictTogether(tier, calls, watch)
        : await predictEach(tier, calls, watch);
      for (const call of calls) {
        await call.data.dispose();
        await call.signal.dispose();
      }
      return results;
    },
    close: async () => undefined,
  };
}

function callOf(options: PredictorOptions, request: PredictRequest, reader: ObjectReader, model: unknown): Call {
  const data = lazyObjects(reader, request.objects);
  const signal = lazyObjects(reader, request.signalObjects, data.fetched);
  const produced: Record<string, ObjectReference> = {};
  let controller: AbortController | undefined;
  const context: Context = {
    data: request.data,
    objects: data.objects,
    signal: request.signal,
    signalObjects: signal.objects,
    model,
    produce: producer(options, request, produced, data.fetched),
    flowId: request.flowId,
    attempt: request.attempt,
    // Made on first use: most tasks never look at it.
    get abort() {
      controller ??= new AbortController();
      return controller.signal;
    },
  };
  const abort = (): void => {
    controller?.abort();
    controller = undefined; // Should it be tried again, it has its time again.
  };
  return { context, data, signal, produced, abort };
}

function producer(
  options: PredictorOptions,
  request: PredictRequest,
  produced: Record<string, ObjectReference>,
  fetched: { calls: number },
): Context['produce'] {
  const produce: Record<string, (bytes: Uint8Array) => Promise<void>> = {};
  for (const [name, spec] of Object.entries(options.tier.produces ?? {})) {
    produce[name] = async (bytes) => {
      if (spec.maxBytes !== undefined && bytes.byteLength > spec.maxBytes) {
        throw new SluiceError(
          'object-too-large',
          `the produced object "${name}" has ${bytes.byteLength} bytes; ${spec.maxBytes} are allowed`,
          {
            tier: options.tier.name,
            flow: request.flowId,
            fix: 'Produce a smaller object or raise maxBytes.',
          },
        );
      }
      fetched.calls += 1;
      const put = spec.contentType === undefined ? {} : { contentType: spec.contentType };
      produced[name] = await options.objects
        .put(`${request.producePrefix}/${name}`, bytes, put)
        .catch((error: unknown) => {
          throw objectStoreFailed(`storing the produced object "${name}"`, error);
        });
    };
  }
  return produce;
}

async function predictEach(
  tier: TierDefinition,
  calls: readonly Call[],
  watch: Watch,
): Promise<readonly PredictResult[]> {
  const results: (PredictResult | Promise<PredictResult>)[] = [];
  for (const call of calls) {
    const took = watch();
    try {
      const output = tier.predict!(call.context);
      results.push(isPromise(output) ? settle(tier, call, output, took) : success(call, output, took()));
    } catch (error) {
      results.push(failure(tier, call, error));
    }
  }
  return Promise.all(results);
}

async function settle(
  tier: TierDefinition,
  call: Call,
  output: Promise<unknown>,
  took: () => Taken,
): Promise<PredictResult> {
  try {
    return success(call, await bounded(tier, [call], output), took());
  } catch (error) {
    return failure(tier, call, error);
  }
}

async function predictTogether(
  tier: TierDefinition,
  calls: readonly Call[],
  watch: Watch,
): Promise<readonly PredictResult[]> {
  const took = watch();
  try {
    const made = tier.predictBatch!(calls.map((call) => call.context));
    const outputs = isPromise(made) ? await bounded(tier, calls, made) : made;
    if (!Array.isArray(outputs) || outputs.length !== calls.length) {
      const got = Array.isArray(outputs) ? `${outputs.length} predictions` : typeof outputs;
      throw new SluiceError('prediction-invalid', `predictBatch returned ${got} for ${calls.length} contexts`, {
        tier: tier.name,
        fix: 'Return one prediction per context, in order.',
      });
    }
    const { ms, cpuMs } = took();
    const share = { ms: ms / calls.length, ...(cpuMs !== undefined && { cpuMs: cpuMs / calls.length }) };
    return calls.map((call, i) => success(call, outputs[i], share));
  } catch (error) {
    if (calls.length === 1) return [failure(tier, calls[0]!, error)];
    // One bad record must not fail its batch: try them one by one and let the bad one fail alone.
    return (await Promise.all(calls.map((call) => predictTogether(tier, [call], watch)))).flat();
  }
}

function success(call: Call, output: unknown, took: Taken): PredictResult {
  return { output, ...took, produced: call.produced, fetched: call.data.fetched };
}

function failure(tier: TierDefinition, call: Call, thrown: unknown): PredictResult {
  return {
    error: taskError('predict-failed', 'predict', tier.name, call.context.flowId, thrown),
    fetched: call.data.fetched,
  };
}

/** A thrown value as an error that says where, keeping sluice's own errors and what they say about retrying. */
export function taskError(
  code: 'load-failed' | 'predict-failed' | 'gate-failed' | 'destination-failed',
  what: string,
  tier: string,
  flow: string | undefined,
  thrown: unknown,
): Error {
  if (isSluiceError(thrown)) return thrown;
  return new SluiceError(code, `${what} threw: ${toError(thrown).message}`, {
    tier,
    ...(flow !== undefined && { flow }),
    cause: thrown,
    fix: 'Correct it, then redrive; throw TerminalError where trying again cannot help.',
  });
}

function loadTimeout(tier: TierDefinition, ms: number): SluiceError {
  return new SluiceError('load-failed', `load took longer than ${ms} ms`, {
    tier: tier.name,
    fix: 'Raise timeout, or load less: a smaller model, or files that are there already.',
  });
}

/** A task's promise, bounded by the tier's timeout. */
function bounded<T>(tier: TierDefinition, calls: readonly Call[], promise: Promise<T>): Promise<T> {
  return withTimeout(promise, tier.timing.timeoutMs, () => {
    for (const call of calls) call.abort();
    return new SluiceError('predict-timeout', `predict took longer than ${tier.timing.timeoutMs} ms`, {
      tier: tier.name,
      fix: 'Raise timeout, or stop work when context.abort fires.',
    });
  });
}

import { MODEL } from '../core/control/model.ts';
import { SluiceError, toError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import type { Mutable } from '../core/mutable.ts';
import type { Predicted } from '../core/step/effects.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Predictor, PredictResult } from '../ports/predictor.ts';
import type { ControlReader } from './controls/reader.ts';
import type { ModelSlot, ServingModel } from './models/model-slot.ts';
import { slotOf } from './models/slot-of.ts';
import { objectReader } from './objects.ts';
import { type Call, callOf } from './predict-call.ts';
import { stopwatch, type Taken, type Watch } from './stopwatch.ts';
import { systemClock } from './system.ts';
import { taskError } from './task-error.ts';
import { type TimeLimit, timeLimit, withTimeout } from './timeout.ts';

/** What a predictor in this thread needs. */
export interface PredictorOptions {
  readonly tier: TierDefinition;
  readonly version: string;
  readonly objects: ObjectStore;
  readonly allowedBuckets?: readonly string[];
  /** Finds what the tier's controls say; needed where it names some. */
  readonly controls?: ControlReader;
  /** Bounds and measures tasks; the machine's where not given. */
  readonly clock?: Clock;
  /** CPU milliseconds of this thread so far; given where the thread predicts one request at a time. */
  readonly cpuMs?: () => number;
}

/** Runs the tier's own `load` and `predict` in this thread. */
export function createPredictor(options: PredictorOptions): Predictor {
  const { tier, clock = systemClock } = options;
  const models = slotOf({ ...options, clock });
  // The machine's clock counts whole milliseconds, and most tasks take less than one.
  const watch = stopwatch(options.cpuMs, options.clock?.now);
  const work: Work = { tier, watch, clock };

  return {
    async predict(requests) {
      let model: ServingModel;
      try {
        const taken = models.take();
        model = isPromise(taken) ? await taken : taken;
      } catch (error) {
        return requests.map(() => ({ error: toError(error), fetched: { bytes: 0, calls: 0 } }));
      }
      const reader = objectReader(options.objects, options.allowedBuckets);
      const calls = requests.map((request) => callOf(options, request, reader, model.value));
      const results = tier.predictBatch ? await predictTogether(work, calls) : await predictEach(work, calls);
      for (const { data, signal } of calls) {
        const disposing = [data.dispose(), signal.dispose()].filter(isPromise);
        if (disposing.length > 0) await Promise.all(disposing);
      }
      return told(
        results.map((result) => servedBy(model, result)),
        models,
      );
    },
    close: async () => undefined,
  };
}

/** A prediction names the model that a control chose for it. */
function servedBy({ version }: ServingModel, result: PredictResult): PredictResult {
  if (version === 0 || 'error' in result) return result;
  return { ...result, controls: { ...result.controls, [MODEL]: version } };
}

/** What happened to models is told with the first prediction that was made. */
function told(results: readonly PredictResult[], models: ModelSlot): readonly PredictResult[] {
  const first = results.findIndex((result) => !('error' in result));
  const events = first < 0 ? [] : models.events();
  if (events.length === 0) return results;
  return results.map((result, i) => (i === first && !('error' in result) ? { ...result, events } : result));
}

/** What a tier's tasks run with. */
interface Work {
  readonly tier: TierDefinition;
  readonly watch: Watch;
  readonly clock: Clock;
}

async function predictEach(work: Work, calls: readonly Call[]): Promise<readonly PredictResult[]> {
  const { tier, watch } = work;
  const results: PredictResult[] = [];
  const begun: Begun[] = [];
  for (const [at, call] of calls.entries()) {
    const took = watch();
    try {
      const output = tier.predict!(call.context);
      if (isPromise(output)) begun.push({ at, call, output, took });
      else results[at] = success(call, output, took());
    } catch (error) {
      results[at] = failure(tier, call, error);
    }
  }
  if (begun.length === 0) return results;
  // It begins when all have: what one of them computes at once must not be taken off another one's time.
  const limit = timeLimit(work.clock, tier.timing.timeoutMs);
  await Promise.all(
    begun.map(async (one) => {
      results[one.at] = await settle(work, one, limit);
    }),
  );
  limit.end();
  return results;
}

/** A task that answered with a promise. */
interface Begun {
  readonly at: number;
  readonly call: Call;
  readonly output: Promise<unknown>;
  readonly took: () => Taken;
}

async function settle(work: Work, { call, output, took }: Begun, limit: TimeLimit): Promise<PredictResult> {
  try {
    return success(call, await limit.bound(output, () => tooLong(work, [call])), took());
  } catch (error) {
    return failure(work.tier, call, error);
  }
}

async function predictTogether(work: Work, calls: readonly Call[]): Promise<readonly PredictResult[]> {
  const { tier, watch } = work;
  const took = watch();
  try {
    const made = tier.predictBatch!(calls.map((call) => call.context));
    const outputs = isPromise(made)
      ? await withTimeout(work.clock, made, tier.timing.timeoutMs, () => tooLong(work, calls))
      : made;
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
    return (await Promise.all(calls.map((call) => predictTogether(work, [call])))).flat();
  }
}

function success(call: Call, output: unknown, { ms, cpuMs }: Taken): PredictResult {
  const made: Mutable<Predicted> = { output, ms, produced: call.produced, fetched: call.data.fetched };
  if (cpuMs !== undefined) made.cpuMs = cpuMs;
  const controls = call.readings.versions();
  if (controls) {
    made.controls = controls;
    made.told = call.readings.told();
  }
  if (call.next) made.state = call.next;
  return made;
}

function failure(tier: TierDefinition, call: Call, thrown: unknown): PredictResult {
  return {
    error: taskError('predict-failed', 'predict', tier.name, call.context.flowId, thrown),
    fetched: call.data.fetched,
  };
}

function tooLong({ tier }: Work, calls: readonly Call[]): Error {
  for (const call of calls) call.abort();
  return new SluiceError('predict-timeout', `predict took longer than ${tier.timing.timeoutMs} ms`, {
    tier: tier.name,
    fix: 'Raise timeout, or stop work when context.abort fires.',
  });
}

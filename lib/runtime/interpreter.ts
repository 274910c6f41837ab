import type { Envelope } from '../core/envelope.ts';
import { type ErrorCode, isSluiceError, SluiceError, toError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import { validate } from '../core/schema.ts';
import type { Effect, Outcome, PredictOutcome, ReplyStatus, Step } from '../core/step/effects.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { Predictor, PredictRequest } from '../ports/predictor.ts';
import { objectReader } from './objects.ts';
import { post } from './outbox.ts';
import { taskError } from './predictor.ts';
import { keepReply } from './reply.ts';
import { withTimeout } from './timeout.ts';

/** What steps run on. */
export interface Workplace {
  readonly cloud: Cloud;
  /** Name of the tier or destination, for errors. */
  readonly name: string;
  readonly predictor: Predictor | undefined;
  /** Longest a gate or a schema may take that answers with a promise. */
  readonly timeoutMs: number;
  readonly deliver: ((answer: Envelope, attempt: number) => Promise<void>) | undefined;
  readonly allowedBuckets?: readonly string[];
}

/** One step on its way: the effect it waits for, or how it ended. */
interface Run {
  readonly step: Step<Outcome>;
  waiting: Effect | undefined;
  outcome: Outcome | undefined;
}

/**
 * Carries out the effects of many steps side by side. Effects of one kind are done together: sends to one queue in one
 * call, predictions as one batch, log records in one write. Predictions wait until nothing quicker is left to do, so that
 * the batch is as full as it can be.
 */
export async function runSteps(place: Workplace, steps: readonly Step<Outcome>[]): Promise<readonly Outcome[]> {
  const runs = steps.map((step): Run => ({ step, waiting: undefined, outcome: undefined }));
  for (const run of runs) resume(place, run, undefined);
  for (;;) {
    const waiting = runs.filter((run) => run.waiting);
    if (waiting.length === 0) return runs.map((run) => run.outcome!);
    const quick = waiting.filter((run) => run.waiting!.do !== 'predict' && run.waiting!.do !== 'log');
    if (quick.length > 0) await doQuick(place, quick);
    else if (waiting.some((run) => run.waiting!.do === 'predict')) await doPredict(place, waiting);
    else await doLog(place, waiting);
  }
}

type Settled = { readonly value: unknown } | { readonly error: unknown };

/** Runs a step on to the next effect that cannot be done at once. */
function resume(place: Workplace, run: Run, settled: Settled | undefined): void {
  let next: Settled = settled ?? { value: undefined };
  for (;;) {
    const result = advance(run.step, next);
    if (result.done) {
      run.outcome = result.value;
      run.waiting = undefined;
      return;
    }
    const done = doAtOnce(place, result.value);
    if (!done) {
      run.waiting = result.value;
      return;
    }
    next = done;
  }
}

/** A step ends every failure by itself; should one escape all the same, the message comes back instead of failing its batch. */
function advance(step: Step<Outcome>, next: Settled): IteratorResult<Effect, Outcome> {
  try {
    return 'error' in next ? step.throw(next.error) : step.next(next.value);
  } catch {
    return { done: true, value: { end: 'retry', afterMs: 30_000 } };
  }
}

const pending = new WeakMap<Effect, Promise<unknown>>();

/** The effects that need no port, where the user's function is synchronous, as most are. */
function doAtOnce(place: Workplace, effect: Effect): Settled | undefined {
  try {
    if (effect.do === 'now') return { value: place.cloud.clock.now() };
    if (effect.do !== 'validate' && effect.do !== 'gate') return undefined;
    const value =
      effect.do === 'validate'
        ? validate(effect.schema, effect.value)
        : effect.gate(effect.value, { flowId: effect.flow });
    if (!isPromise(value)) return { value };
    value.catch(() => undefined); // Handled when it is awaited; until then it must not count as unhandled.
    pending.set(effect, value);
    return undefined;
  } catch (error) {
    return { error: effect.do === 'gate' ? gateError(place, effect, error) : error };
  }
}

function gateError(place: Workplace, effect: Effect & { do: 'gate' }, error: unknown): Error {
  return taskError('gate-failed', `the ${effect.name} gate`, place.name, effect.flow, error);
}

async function doQuick(place: Workplace, runs: readonly Run[]): Promise<void> {
  const sending = runs.filter((run) => run.waiting!.do === 'send');
  const others = runs.filter((run) => run.waiting!.do !== 'send');
  const results = await Promise.all([doSend(place, sending), ...others.map((run) => doOne(place, run.waiting!))]);
  const sent = results[0] as readonly Settled[];
  for (const [i, run] of sending.entries()) resume(place, run, sent[i]!);
  for (const [i, run] of others.entries()) resume(place, run, results[i + 1] as Settled);
}

async function doSend(place: Workplace, runs: readonly Run[]): Promise<readonly Settled[]> {
  if (runs.length === 0) return [];
  const posted = await post(
    place.cloud,
    runs.map((run) => run.waiting as Effect & { do: 'send' }),
  );
  return posted.map(({ error, puts }) =>
    error ? { error: infrastructure('queue-failed', 'sending', place, error) } : { value: puts },
  );
}

async function doOne(place: Workplace, effect: Effect): Promise<Settled> {
  try {
    return { value: await carryOut(place, effect) };
  } catch (error) {
    return { error };
  }
}

async function carryOut(place: Workplace, effect: Effect): Promise<unknown> {
  const { cloud } = place;
  switch (effect.do) {
    case 'table':
      return guarded('table-failed', 'writing the flow table', place, () => cloud.table.update(effect.update));
    case 'load':
      return Buffer.from(
        await objectReader(cloud.objects, place.allowedBuckets ?? []).fetch(effect.reference),
      ).toString();
    case 'store':
      return guarded('object-failed', 'storing a parked half', place, () =>
        cloud.objects.put(effect.key, Buffer.from(effect.text), { contentType: 'application/json' }),
      );
    case 'reply':
      return guarded('table-failed', 'keeping the answer', place, () =>
        keepReply(cloud, effect.flow, effect.status as ReplyStatus),
      );
    case 'delete':
      return guarded('object-failed', 'deleting objects', place, () => cloud.objects.delete(effect.references));
    case 'deliver':
      return deliver(place, effect.answer, effect.attempt);
    case 'validate':
      return withTimeout(pending.get(effect), place.timeoutMs, () => tooLong(place, 'the schema'));
    case 'gate':
      try {
        return await withTimeout(pending.get(effect), place.timeoutMs, () => tooLong(place, `the ${effect.name} gate`));
      } catch (error) {
        throw gateError(place, effect, error);
      }
    default:
      throw new TypeError(`unexpected effect ${effect.do}`);
  }
}

function tooLong({ timeoutMs }: Workplace, what: string): Error {
  return new Error(`${what} took longer than ${timeoutMs} ms`);
}

async function deliver(place: Workplace, answer: Envelope, attempt: number): Promise<void> {
  try {
    await place.deliver!(answer, attempt);
  } catch (error) {
    throw taskError('destination-failed', 'the destination handler', place.name, answer.flow, error);
  }
}

async function doPredict(place: Workplace, waiting: readonly Run[]): Promise<void> {
  const runs = waiting.filter((run) => run.waiting!.do === 'predict');
  const requests = runs.map((run): PredictRequest => (run.waiting as Effect & { do: 'predict' }).ask);
  const results = await predictAll(place.predictor!, requests);
  for (const [i, run] of runs.entries()) {
    resume(place, run, { value: results[i] });
  }
}

/** A predictor must not reject; should one do so all the same, every record fails by itself instead of the invocation. */
async function predictAll(
  predictor: Predictor,
  requests: readonly PredictRequest[],
): Promise<readonly PredictOutcome[]> {
  try {
    return await predictor.predict(requests);
  } catch (error) {
    return requests.map(() => ({ error: toError(error), fetched: { bytes: 0, calls: 0 } }));
  }
}

async function doLog(place: Workplace, runs: readonly Run[]): Promise<void> {
  const records = runs.map((run) => (run.waiting as Effect & { do: 'log' }).record);
  const result = await doOneLog(place, () => place.cloud.decisions.write(records));
  for (const run of runs) resume(place, run, result);
}

async function doOneLog(place: Workplace, write: () => Promise<void>): Promise<Settled> {
  try {
    await guarded('log-failed', 'writing the decision log', place, write);
    return { value: undefined };
  } catch (error) {
    return { error };
  }
}

async function guarded<T>(code: ErrorCode, doing: string, place: Workplace, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw infrastructure(code, doing, place, toError(error));
  }
}

/** A port's error: not the flow's fault, so never a reason to give the flow up, unless the port says it is. */
function infrastructure(code: ErrorCode, doing: string, place: Workplace, cause: Error): Error {
  if (isSluiceError(cause) && (cause.retry === 'never' || cause.code === 'message-too-large')) return cause;
  return new SluiceError(code, `${doing} failed: ${cause.message}`, { tier: place.name, cause, retry: 'always' });
}

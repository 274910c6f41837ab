import { toError } from '../core/errors.ts';
import type { Effect, Outcome, PredictOutcome, Step } from '../core/step/effects.ts';
import type { Predictor, PredictRequest } from '../ports/predictor.ts';
import { carryOut, doAtOnce, guarded, infrastructure, type Settled, type Workplace } from './carry-out.ts';
import { post } from './outbox.ts';
import { type Turns, turns } from './turns.ts';

/** One step on its way: the effect it waits for, or how it ended. */
interface Run {
  readonly step: Step<Outcome>;
  readonly turns: Turns<Run>;
  waiting: Effect | undefined;
  outcome: Outcome | undefined;
}

/**
 * Carries out the effects of many steps side by side. Effects of one kind are done together: sends to one queue in one
 * call, predictions as one batch, log records in one write. Predictions wait until nothing quicker is left to do, so that
 * the batch is as full as it can be.
 */
export async function runSteps(place: Workplace, steps: readonly Step<Outcome>[]): Promise<readonly Outcome[]> {
  const shared = turns<Run>();
  const runs = steps.map((step): Run => ({ step, turns: shared, waiting: undefined, outcome: undefined }));
  for (const run of runs) resume(place, run, undefined);
  for (;;) {
    giveTurns(place, runs);
    const waiting = runs.filter((run) => run.waiting && run.waiting.do !== 'turn');
    if (runs.every((run) => !run.waiting)) return runs.map((run) => run.outcome!);
    const quick = waiting.filter((run) => run.waiting!.do !== 'predict' && run.waiting!.do !== 'log');
    if (quick.length > 0) await doQuick(place, quick);
    else if (waiting.some((run) => run.waiting!.do === 'predict')) await doPredict(place, waiting);
    else if (waiting.length > 0) await doLog(place, waiting);
  }
}

/** Runs a step on to the next effect that cannot be done at once. */
function resume(place: Workplace, run: Run, settled: Settled | undefined): void {
  let next: Settled = settled ?? { value: undefined };
  for (;;) {
    const result = advance(run.step, next);
    if (result.done) {
      run.outcome = result.value;
      run.waiting = undefined;
      run.turns.leave(run);
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

/** Lets steps whose turn it is go on, in the order of their messages. */
function giveTurns(place: Workplace, runs: readonly Run[]): void {
  for (const run of runs) {
    while (run.waiting?.do === 'turn' && run.turns.take(run.waiting.key, run)) resume(place, run, undefined);
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

import middy from '@middy/core';
import { beginInvocation, type Invocation, type SqsFunction } from './handler-invocation.ts';
import { type BatchResponse, type SqsEvent, wholeBatch } from './handler-records.ts';
import { type FunctionLog, functionLog } from './logger.ts';
import { type Measurement, measurementsOf, modelTimesOf, outagesOf } from './metrics.ts';
import { emfLines, METRIC_NAMESPACE } from './metrics-emf.ts';

/** What Lambda tells an invocation about itself, as far as it is used. */
export interface LambdaContext {
  readonly awsRequestId?: string;
  readonly getRemainingTimeInMillis?: () => number;
}

/** A Lambda function on a queue. */
export interface SqsHandler {
  (event: SqsEvent, context: LambdaContext): Promise<BatchResponse>;
  /** Resolves when what can be done before the first record is done; never rejects. Await it at module level. */
  readonly ready: Promise<void>;
}

/** What surrounds the function: given by tests, else the process's own. */
export interface HandlerSurroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: FunctionLog;
  /** Takes metric lines; standard output where not given. */
  readonly writeLine?: (line: string) => void;
}

/** Time kept for answering Lambda when tasks run on: what is done by then is not done again. */
const ANSWER_MS = 300;

/** A fault of the function's own making, told at each invocation. */
type Made = { readonly ok: SqsFunction } | { readonly fault: unknown };

/**
 * A handler that always answers: it reports each record that is not proven done, and every record where the function
 * itself is at fault. Lambda would take a thrown error for the whole batch, and an empty answer for success.
 */
export function sqsHandler(make: () => SqsFunction, surroundings: HandlerSurroundings = {}): SqsHandler {
  const { env = process.env, writeLine = (line) => process.stdout.write(`${line}\n`) } = surroundings;
  const namespace = env[METRIC_NAMESPACE];
  const made = attempt(make);
  const place =
    'ok' in made
      ? { application: made.ok.application, tier: made.ok.name }
      : { application: 'unknown', tier: env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown' };
  const log = surroundings.log ?? functionLog(place);
  const invocations = new WeakMap<LambdaContext, Invocation>();

  async function run(event: unknown, context: LambdaContext): Promise<BatchResponse> {
    const invocation = beginInvocation(event);
    invocations.set(context, invocation);
    if ('fault' in made) throw made.fault;
    await invocation.run(made.ok, () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY, env);
    return invocation.response();
  }
  /** Telling about an invocation must never undo it. */
  async function tell(context: LambdaContext, fault: { readonly error: unknown } | undefined): Promise<void> {
    try {
      const invocation = invocations.get(context);
      const { records = [], refused, handedBack = 0 } = invocation ?? {};
      const untold = refused?.records ?? [];
      const measured = [...measurementsOf(records), ...counted('handedBack', handedBack)];
      if (fault) measured.push(...counted('faults', 1));
      const back = invocation?.response().batchItemFailures.length ?? 1;
      measured.push(...counted('outages', fault ? back : outagesOf(records, untold)));
      for (const line of emfLines(place, measured, Date.now(), namespace)) writeLine(line);
      for (const [model, times] of modelTimesOf(records)) {
        for (const line of emfLines({ ...place, model }, times, Date.now(), namespace)) writeLine(line);
      }
      if (fault) await log.fault(fault.error, context.awsRequestId);
      if (untold.length > 0) await log.refused(refused?.why, untold.length, context.awsRequestId);
      await log.decisions(records, context.awsRequestId);
    } catch {
      // Nothing is left to tell it to.
    }
  }
  const handler = middy({ timeoutEarlyInMillis: ANSWER_MS })
    .handler(run as never)
    .after(({ context }) => tell(context as unknown as LambdaContext, undefined))
    .onError(async (request) => {
      const context = request.context as unknown as LambdaContext;
      await tell(context, { error: request.error });
      request.response = invocations.get(context)?.response() ?? wholeBatch();
    });
  const call = handler as unknown as (event: SqsEvent, context: LambdaContext) => Promise<BatchResponse>;
  return Object.assign(call, { ready: 'ok' in made ? made.ok.ready : Promise.resolve() });
}

function attempt(make: () => SqsFunction): Made {
  try {
    return { ok: make() };
  } catch (fault) {
    return { fault };
  }
}

function counted(name: string, value: number): Measurement[] {
  return value > 0 ? [{ name, unit: 'Count', value }] : [];
}

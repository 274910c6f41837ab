import { SluiceError } from '../core/errors.ts';
import type { Mutable } from '../core/mutable.ts';
import { PRODUCED, SENT } from '../core/object-keys.ts';
import type { ObjectReference, ObjectSpec } from '../core/object-reference.ts';
import type { TierState } from '../core/state/types.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { PredictContext, TierTypes } from '../core/tier-types.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { PredictRequest } from '../ports/predictor.ts';
import type { ControlReader } from './controls/reader.ts';
import { type Readings, readingsOf } from './controls/readings.ts';
import { type LazyObjectSet, lazyObjects, type ObjectReader, objectStoreFailed } from './objects.ts';

type Context = PredictContext<TierTypes, unknown>;

/** One request on its way through the model. */
export interface Call {
  readonly context: Context;
  readonly data: LazyObjectSet;
  readonly signal: LazyObjectSet;
  readonly produced: Record<string, ObjectReference>;
  readonly readings: Readings;
  /** What the task set as the tier's state. */
  next?: { readonly value: unknown };
  readonly abort: () => void;
}

/** What a call needs of its predictor. */
interface CallOptions {
  readonly tier: TierDefinition;
  readonly objects: ObjectStore;
  readonly controls?: ControlReader;
}

/** A request with its context: lazy objects, a place to produce, an abort signal. */
export function callOf(options: CallOptions, request: PredictRequest, reader: ObjectReader, model: unknown): Call {
  const data = lazyObjects(reader, request.objects, [SENT]);
  const signal = lazyObjects(reader, request.signalObjects, [PRODUCED], data.fetched);
  const produced: Record<string, ObjectReference> = {};
  const readings = readingsOf(options.tier.controls, options.controls, data.fetched, request.told);
  let controller = new AbortController();
  const context: Mutable<Context> = {
    data: request.data,
    objects: data.objects,
    signal: request.signal,
    signalObjects: signal.objects,
    model,
    produce: producer(options, request, produced, data.fetched),
    controls: readings.controls as Context['controls'],
    state: stateOf(request, (value) => {
      call.next = { value };
    }) as Context['state'],
    flowId: request.flowId,
    attempt: request.attempt,
    // A getter of its own would cost ten times as much, and a hidden class for each context.
    abort: controller.signal,
  };
  const abort = (): void => {
    controller.abort();
    // Should it be tried again, it has its time again.
    controller = new AbortController();
    context.abort = controller.signal;
  };
  const call: Call = { context, data, signal, produced, readings, abort };
  return call;
}

function stateOf({ state }: PredictRequest, set: (value: unknown) => void): TierState | undefined {
  return state && { ...state, set };
}

/** Puts what a task produces, by the names its tier declares. */
function producer(
  options: CallOptions,
  request: PredictRequest,
  produced: Record<string, ObjectReference>,
  fetched: { calls: number },
): Context['produce'] {
  const { produces } = options.tier;
  if (!produces) return NOTHING;
  const put = async (name: string, spec: ObjectSpec, bytes: Uint8Array): Promise<void> => {
    requireSize(options.tier, request.flowId, name, spec, bytes.byteLength);
    fetched.calls += 1;
    const type = spec.contentType === undefined ? {} : { contentType: spec.contentType };
    produced[name] = await options.objects
      .put(`${request.producePrefix}/${name}`, bytes, type)
      .catch((error: unknown) => {
        throw objectStoreFailed(`storing the produced object "${name}"`, error);
      });
  };
  // V8 keeps a function that is assigned to a property, unlike one in a list, until a full collection.
  return Object.fromEntries(
    Object.entries(produces).map(([name, spec]) => [name, (bytes: Uint8Array) => put(name, spec, bytes)]),
  );
}

const NOTHING: Context['produce'] = Object.freeze({});

function requireSize(
  { name: tier }: TierDefinition,
  flow: string,
  name: string,
  { maxBytes }: ObjectSpec,
  size: number,
): void {
  if (maxBytes === undefined || size <= maxBytes) return;
  throw new SluiceError(
    'object-too-large',
    `the produced object "${name}" has ${size} bytes; ${maxBytes} are allowed`,
    { tier, flow, fix: 'Produce a smaller object or raise maxBytes.' },
  );
}

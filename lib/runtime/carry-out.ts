import type { GateContext } from '../core/drop.ts';
import type { Envelope } from '../core/envelope.ts';
import { type ErrorCode, isSluiceError, SluiceError, toError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import { halvesOf, MESSAGES } from '../core/object-keys.ts';
import { validate } from '../core/schema.ts';
import type { Effect, ReplyStatus, Sending } from '../core/step/effects.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { Predictor } from '../ports/predictor.ts';
import { fetchBody } from './bodies.ts';
import type { ControlReader } from './controls/reader.ts';
import { noReader } from './controls/readings.ts';
import { post } from './outbox.ts';
import { keepReply } from './reply.ts';
import { taskError } from './task-error.ts';
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
  /** Finds what the tier's controls say, where it reads some. */
  readonly controls?: ControlReader;
}

/** What came of an effect. */
export type Settled = { readonly value: unknown } | { readonly error: unknown };

/** Gates, schemas and controls that answered with a promise, until it is their turn to be waited for. */
const pending = new WeakMap<Effect, Promise<unknown>>();

/** The effects that need no port, where the user's function is synchronous, as most are. */
export function doAtOnce(place: Workplace, effect: Effect): Settled | undefined {
  try {
    if (effect.do === 'now') return { value: place.cloud.clock.now() };
    const value = answerOf(place, effect);
    if (value === LATER) return undefined;
    if (!isPromise(value)) return { value };
    value.catch(() => undefined); // Handled when it is awaited; until then it must not count as unhandled.
    pending.set(effect, value);
    return undefined;
  } catch (error) {
    return { error: effect.do === 'gate' ? gateError(place, effect, error) : error };
  }
}

const LATER = Symbol('later');

/** What the user's own functions, and what is known of controls, answer: now or later. */
function answerOf(place: Workplace, effect: Effect): unknown {
  switch (effect.do) {
    case 'validate':
      return validate(effect.schema, effect.value);
    case 'gate':
      return effect.gate(effect.value, contextOf(effect));
    case 'control':
      if (!place.controls) throw noReader(effect.name);
      return place.controls.find(effect.name, effect.key);
    case 'renew':
      return place.controls?.renew?.(effect.name, effect.key, effect.version);
    default:
      return LATER;
  }
}

/** What a gate is told beside the value; `controls` only where its tier decides with some. */
function contextOf({ flow, controls }: Effect & { do: 'gate' }): GateContext {
  const context = { flowId: flow, ...(controls && { controls }) };
  return context;
}

function gateError(place: Workplace, effect: Effect & { do: 'gate' }, error: unknown): Error {
  return taskError('gate-failed', `the ${effect.name} gate`, place.name, effect.flow, error);
}

/** Carries out one effect that needs a port or a promise. */
export async function carryOut(place: Workplace, effect: Effect): Promise<unknown> {
  const { cloud } = place;
  switch (effect.do) {
    case 'table':
      return guarded('table-failed', 'writing the flow table', place, () => cloud.table.update(effect.update));
    case 'read':
      return guarded('table-failed', 'reading the flow table', place, () => cloud.table.get(effect.key));
    case 'list':
      return guarded('table-failed', 'listing the flow table', place, () => cloud.table.list(effect.list));
    case 'send all':
      return postAll(place, effect.all);
    case 'control':
      return pending.get(effect);
    case 'load':
      return fetchBody(cloud.objects, effect.reference, [MESSAGES, halvesOf(place.name)]);
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
      return withTimeout(cloud.clock, pending.get(effect), place.timeoutMs, () => tooLong(place, 'the schema'));
    case 'gate':
      try {
        return await withTimeout(cloud.clock, pending.get(effect), place.timeoutMs, () =>
          tooLong(place, `the ${effect.name} gate`),
        );
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

async function postAll(place: Workplace, all: readonly Sending[]): Promise<number> {
  const posted = await post(place.cloud, all);
  const failed = posted.find(({ error }) => error !== undefined);
  if (failed) throw infrastructure('queue-failed', 'sending', place, failed.error!);
  return posted.reduce((sum, { puts }) => sum + puts, 0);
}

async function deliver(place: Workplace, answer: Envelope, attempt: number): Promise<void> {
  try {
    await place.deliver!(answer, attempt);
  } catch (error) {
    throw taskError('destination-failed', 'the destination handler', place.name, answer.flow, error);
  }
}

/** Calls a port; its faults are told apart from the flow's own. */
export async function guarded<T>(code: ErrorCode, doing: string, place: Workplace, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw infrastructure(code, doing, place, toError(error));
  }
}

/** A port's error: not the flow's fault, so never a reason to give the flow up, unless the port says it is. */
export function infrastructure(code: ErrorCode, doing: string, place: Workplace, cause: Error): Error {
  const always = { cause, retry: 'always' } as const;
  if (!isSluiceError(cause))
    return new SluiceError(code, `${doing} failed: ${cause.message}`, { tier: place.name, ...always });
  if (cause.retry !== undefined || cause.code === 'message-too-large') return cause;
  const { problem, details, fix } = cause;
  return new SluiceError(cause.code, problem, {
    ...cause.place,
    details,
    ...(fix !== undefined && { fix }),
    ...always,
  });
}

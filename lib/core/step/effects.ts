import type { ControlValues } from '../control/decide-with.ts';
import type { ControlValue } from '../control/types.ts';
import type { DeadLetter } from '../dead-letter.ts';
import type { DecisionRecord } from '../decision.ts';
import type { drop, Gate, GateName } from '../drop.ts';
import type { Envelope } from '../envelope.ts';
import type { ObjectReference, ObjectReferences } from '../object-reference.ts';
import type { Schema, Validated } from '../schema.ts';
import type { ListPage, TableList } from '../table-list.ts';
import type { Item, TableUpdate, UpdateResult } from '../table-update.ts';

/**
 * What a step asks for. A step is a generator that yields these and is resumed with what came of them; it does nothing
 * itself. This is the one seam between deciding and doing: simulation, call counts, logs and traces all hang here.
 */
export type Effect =
  | { readonly do: 'now' }
  | { readonly do: 'validate'; readonly schema: Schema; readonly value: unknown }
  | {
      readonly do: 'gate';
      readonly name: GateName;
      readonly gate: Gate<unknown>;
      readonly value: unknown;
      readonly flow: string;
      /** The controls it decides with. */
      readonly controls: ControlValues | undefined;
    }
  | { readonly do: 'table'; readonly update: TableUpdate }
  | { readonly do: 'read'; readonly key: string }
  | { readonly do: 'list'; readonly list: TableList }
  | { readonly do: 'control'; readonly name: string; readonly key: string }
  /** What is remembered of a control's key counts no more where it is of a version before this one. */
  | { readonly do: 'renew'; readonly name: string; readonly key: string; readonly version: number }
  /** Waits until no other step of this batch works on the key, and keeps it until this step ends. */
  | { readonly do: 'turn'; readonly key: string }
  | { readonly do: 'load'; readonly reference: ObjectReference }
  | { readonly do: 'store'; readonly key: string; readonly text: string }
  | { readonly do: 'predict'; readonly ask: Ask }
  | { readonly do: 'send'; readonly queue: string; readonly message: Envelope | DeadLetter; readonly group?: string }
  /** Many messages at once; all are sent again where one could not be. */
  | { readonly do: 'send all'; readonly all: readonly Sending[] }
  | { readonly do: 'reply'; readonly flow: string; readonly status: ReplyStatus }
  | { readonly do: 'deliver'; readonly answer: Envelope; readonly attempt: number }
  | { readonly do: 'delete'; readonly references: readonly ObjectReference[] }
  | { readonly do: 'log'; readonly record: DecisionRecord };

/** A message, and the queue it goes to. */
export interface Sending {
  readonly queue: string;
  readonly message: Envelope;
}

/** One prediction to make. */
export interface Ask {
  readonly flowId: string;
  readonly attempt: number;
  readonly data: unknown;
  readonly signal: unknown;
  readonly objects: ObjectReferences;
  readonly signalObjects: ObjectReferences;
  /** The tier's state for the key of this data. */
  readonly state?: AskedState;
  /** What is known of controls already, by `name#key`: it is told the same. */
  readonly told?: ControlValues;
  /** Key prefix of the objects this prediction produces. */
  readonly producePrefix: string;
}

/** A tier's own state as a prediction begins. */
export interface AskedState {
  readonly key: string;
  readonly value: unknown;
  /** Inputs that have been worked into it. */
  readonly version: number;
}

/** A prediction made. */
export interface Predicted {
  readonly output: unknown;
  /** Model milliseconds; a batch's are shared evenly. */
  readonly ms: number;
  /** CPU milliseconds of the thread that predicted, where it does nothing else meanwhile: a worker thread's. */
  readonly cpuMs?: number;
  readonly produced: ObjectReferences;
  readonly fetched: Fetched;
  /** Versions of the controls it was made with. */
  readonly controls?: Readonly<Record<string, number>>;
  /** The same by the key each was set under: `setting#eu/*`. */
  readonly told?: Readonly<Record<string, number>>;
  /** The tier's state after it, where the task set one. */
  readonly state?: { readonly value: unknown };
  /** What happened to the model, told with the first prediction of a batch. */
  readonly events?: readonly ModelEvent[];
}

/** What was found of a control, and the table reads it took. */
export interface ControlFound {
  readonly found: ControlValue | undefined;
  readonly reads: number;
}

/** What happened to a tier's model since the prediction before. */
export interface ModelEvent {
  readonly did: 'swapped' | 'rejected';
  readonly version: number;
  readonly reason: string;
}

/** Object traffic of one prediction. */
export interface Fetched {
  readonly bytes: number;
  /** Gets and puts. */
  readonly calls: number;
  /** Reads of the table, for controls. */
  readonly reads?: number;
}

/** What came of an {@link Ask}. */
export type PredictOutcome = Predicted | { readonly error: Error; readonly fetched: Fetched };

/** How a flow ended, kept in the table for a client that waits for it. */
export type ReplyStatus =
  | { readonly status: 'answered'; readonly answer: Envelope }
  | { readonly status: 'failed'; readonly code: string; readonly reason: string; readonly tier: string }
  | { readonly status: 'dropped' | 'expired'; readonly reason: string; readonly tier: string };

/** How a step ends: the message is done with, or comes back after a while. */
export type Outcome = { readonly end: 'ack' } | { readonly end: 'retry'; readonly afterMs: number };

/** A computation that yields effects. */
export type Step<R> = Generator<Effect, R, unknown>;

export const ACK: Outcome = { end: 'ack' };

/** Tells an outcome from the value a stage hands to the next. */
export function ended<T extends object>(value: T | Outcome): value is Outcome {
  return 'end' in value;
}

const NOW: Effect = { do: 'now' };

export function* now(): Step<number> {
  return (yield NOW) as number;
}

export function* validated(schema: Schema, value: unknown): Step<Validated> {
  return (yield { do: 'validate', schema, value }) as Validated;
}

export function* gated(
  name: GateName,
  gate: Gate<unknown>,
  value: unknown,
  flow: string,
  controls?: ControlValues,
): Step<unknown | typeof drop> {
  return yield { do: 'gate', name, gate, value, flow, controls };
}

export function* table(update: TableUpdate): Step<UpdateResult> {
  return (yield { do: 'table', update }) as UpdateResult;
}

/** Reads one item, strongly consistent. */
export function* read(key: string): Step<Item | undefined> {
  return (yield { do: 'read', key }) as Item | undefined;
}

/** One page of the items whose keys begin so. */
export function* list(list: TableList): Step<ListPage> {
  return (yield { do: 'list', list }) as ListPage;
}

/** What a control says to a key, as far as it is known within the control's staleness. */
export function* control(name: string, key: string): Step<ControlFound> {
  return (yield { do: 'control', name, key }) as ControlFound;
}

/** Makes what was remembered of a control's key before this version be read anew. */
export function* renew(name: string, key: string, version: number): Step<void> {
  yield { do: 'renew', name, key, version };
}

/** Waits for this step's turn on a key. */
export function* turn(key: string): Step<void> {
  yield { do: 'turn', key };
}

/** Reads a message body that lies in the object store. */
export function* load(reference: ObjectReference): Step<string> {
  return (yield { do: 'load', reference }) as string;
}

/** Puts text in the object store. */
export function* store(key: string, text: string): Step<ObjectReference> {
  return (yield { do: 'store', key, text }) as ObjectReference;
}

export function* predict(ask: Ask): Step<PredictOutcome> {
  return (yield { do: 'predict', ask }) as PredictOutcome;
}

/** Sends a message; returns the object puts it took, one where the message was too large for its queue. */
export function* send(queue: string, message: Envelope | DeadLetter, group?: string): Step<number> {
  return (yield group === undefined ? { do: 'send', queue, message } : { do: 'send', queue, message, group }) as number;
}

/** Sends many messages; returns the object puts it took. */
export function* sendAll(all: readonly Sending[]): Step<number> {
  return (yield { do: 'send all', all }) as number;
}

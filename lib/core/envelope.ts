import type { Again } from './control/again.ts';
import { type ControlMessage, messageProblem } from './control/message.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { ErrorPlace } from './errors.ts';
import { SluiceError } from './errors.ts';
import { checkFlowId } from './flow-id.ts';
import { MAX_NESTING, nestsDeeper } from './nesting.ts';
import { isReference, type ObjectReference, type ObjectReferences } from './object-reference.ts';
import { isCount, isText, isTime, optional } from './shapes.ts';

/** The version of the envelope this code writes and the highest it reads. */
const ENVELOPE_VERSION = 1;

/** What a message carries: input data, the signal of the tier before, an answer for the destination, or a control. */
export type Kind = 'data' | 'signal' | 'answer' | 'control';

/** The signal half of a message: what the tier before predicted. */
export interface Signal {
  readonly output: unknown;
  readonly tier: string;
  readonly version: string;
  readonly score?: number;
  readonly threshold?: number;
  /** Versions of the controls it was predicted with, by name. */
  readonly controls?: Readonly<Record<string, number>>;
  /** Objects produced beside the output. */
  readonly objects?: ObjectReferences;
}

/** The one format of every message between client, tiers and destination. */
export interface Envelope {
  readonly v: 1;
  /** Message id; derived from what the message was made of, so making it again gives the same id. */
  readonly id: string;
  readonly flow: string;
  readonly kind: Kind;
  /** The tier (or `client`) that sent it, and its version. */
  readonly from: { readonly name: string; readonly version: string };
  /** Event time of the flow's data, ms since the epoch; kept over all hops. */
  readonly ts: number;
  /** When it was sent, ms since the epoch. */
  readonly sent: number;
  /** After this moment (ms since the epoch) the flow expires instead of being predicted on. */
  readonly deadline?: number;
  /** Tiers passed so far. */
  readonly hop: number;
  readonly data?: unknown;
  readonly objects?: ObjectReferences;
  readonly signal?: Signal;
  /** What a control message says. */
  readonly control?: ControlMessage;
  /** Instead of data: the newest data of a key is to be worked again, now that this counts. */
  readonly again?: Again;
  /** Escalated in shadow: predict and record, answer nothing. */
  readonly audit?: true;
  /** Keep the answer in the table for `client.result`. */
  readonly reply?: true;
  /** Whose turn it is: messages of one tenant share a fair group. */
  readonly fair?: string;
  /** W3C trace context. */
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string };
}

/** What travels instead of an envelope too large for a message: the envelope lies in the object store. */
export interface Offloaded {
  readonly v: 1;
  readonly flow: string;
  readonly offloaded: ObjectReference;
}

/** Characters that XML 1.0, and therefore an SQS body, cannot hold; JSON escapes the control characters by itself. */
const XML_ILLEGAL = /[\uFFFE\uFFFF]/g;

/** A message as text: JSON of XML-legal characters only. */
export function encode(message: Envelope | Offloaded | DeadLetter): string {
  const text = JSON.stringify(message);
  return text.search(XML_ILLEGAL) < 0
    ? text
    : text.replace(XML_ILLEGAL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Reads message text. Unknown fields are kept out of the way, not refused: a newer minor writer may add them.
 *
 * @throws SluiceError `envelope-not-json`, `envelope-version`, `envelope-invalid`, `flow-id-invalid`
 */
export function decode(text: string, place: ErrorPlace): Envelope | Offloaded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // Not quoted: errors go to logs, and this is a payload. The dead letter holds it.
    const shown = text.length === 0 ? 'is empty' : `is not JSON: ${text.length} characters`;
    throw new SluiceError('envelope-not-json', `the message ${shown}`, {
      ...place,
      cause,
      fix: SEND_FIX,
      retry: 'never',
    });
  }
  if (nestsDeeper(text)) throw invalid(`nests deeper than ${MAX_NESTING} levels`, place);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('is not an object', place);
  const candidate = value as Partial<Record<keyof Envelope, unknown>> & Partial<Offloaded>;
  if (typeof candidate.v !== 'number') throw invalid('has no version', place);
  if (candidate.v > ENVELOPE_VERSION) {
    throw new SluiceError(
      'envelope-version',
      `the message is of envelope version ${candidate.v}; this code reads ${ENVELOPE_VERSION}`,
      {
        ...place,
        ...(typeof candidate.flow === 'string' && { flow: candidate.flow.slice(0, 128) }),
        fix: 'Deploy this tier with the sluice version that sent the message, then redrive.',
        retry: 'never',
      },
    );
  }
  if (candidate.v !== ENVELOPE_VERSION) throw invalid('has a version that never was', place);
  const known = { ...place, flow: checkFlowId(candidate.flow) };
  if (candidate.offloaded !== undefined) {
    checkReference(candidate.offloaded, 'offloaded', known);
    return value as Offloaded;
  }
  checkFields(candidate, known);
  return value as Envelope;
}

const SEND_FIX = 'Send with connect(…).send, or write an envelope as docs/envelope.md says.';

/** Longest name and message id, in characters: they become parts of keys and lines of logs. */
const MAX_NAME = 256;

function checkFields(e: Partial<Record<keyof Envelope, unknown>>, place: ErrorPlace): void {
  const from = e.from as Envelope['from'] | undefined;
  if (!isName(e.id) || e.id === '') throw invalid(`has no id of 1 to ${MAX_NAME} characters`, place);
  if (e.kind !== 'data' && e.kind !== 'signal' && e.kind !== 'answer' && e.kind !== 'control')
    throw invalid('is of no kind: data, signal or answer', place);
  if (!isName(from?.name) || !isName(from.version)) throw invalid('does not say who sent it', place);
  if (!isTime(e.ts)) throw invalid('has no event time', place);
  if (!optional(e.sent, isTime)) throw invalid('was sent at no time', place);
  if (!optional(e.deadline, isTime)) throw invalid('has a deadline that is no time', place);
  if (!optional(e.hop, isCount)) throw invalid('has a hop that is no count', place);
  if (!optional(e.fair, isText)) throw invalid('has a fair group that is no text', place);
  if (!optional(e.trace, isTrace)) throw invalid('has a trace without its traceparent', place);
  // What asks for data to be worked again brings nothing, whatever queue it came by.
  const asks = e.again !== undefined && e.kind !== 'answer';
  if (e.kind === 'control' && !asks) checkControl(e.control, place);
  else if (!asks && (e.kind === 'answer' || e.kind === 'signal')) checkSignal(e.signal, place);
  checkReferences(e.objects, place);
  checkReferences((e.signal as Signal | null | undefined)?.objects, place);
}

const isName = (value: unknown): value is string => isText(value) && value.length <= MAX_NAME;

function isTrace(value: unknown): boolean {
  const trace = value as Partial<NonNullable<Envelope['trace']>> | null;
  return isText(trace?.traceparent) && optional(trace.tracestate, isText);
}

function checkControl(control: unknown, place: ErrorPlace): void {
  const problem = messageProblem(control);
  if (problem !== undefined) throw invalid(problem, place);
}

function checkSignal(signal: unknown, place: ErrorPlace): void {
  const s = signal as Partial<Signal> | null | undefined;
  if (typeof s !== 'object' || s === null) throw invalid('has no signal', place);
  if (!isName(s.tier) || !isName(s.version)) throw invalid('does not say who predicted its signal', place);
}

function checkReferences(references: unknown, place: ErrorPlace): void {
  if (references === undefined) return;
  if (typeof references !== 'object' || references === null) throw invalid('has objects that are no references', place);
  for (const [name, reference] of Object.entries(references)) checkReference(reference, name, place);
}

function checkReference(reference: unknown, name: string, place: ErrorPlace): void {
  if (!isReference(reference)) throw invalid(`has an object "${name}" without bucket, key, size or sha256`, place);
}

function invalid(problem: string, place: ErrorPlace): SluiceError {
  return new SluiceError('envelope-invalid', `the message ${problem}`, { ...place, fix: SEND_FIX, retry: 'never' });
}

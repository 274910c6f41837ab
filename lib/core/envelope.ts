import type { DeadLetter } from './dead-letter.ts';
import type { ErrorPlace } from './errors.ts';
import { SluiceError } from './errors.ts';
import { checkFlowId } from './flow-id.ts';
import type { ObjectReference, ObjectReferences } from './object-reference.ts';

/** The version of the envelope this code writes and the highest it reads. */
export const ENVELOPE_VERSION = 1;

/** What a message carries: input data, the signal of the tier before, or an answer for the destination. */
export type Kind = 'data' | 'signal' | 'answer';

/** The signal half of a message: what the tier before predicted. */
export interface Signal {
  readonly output: unknown;
  readonly tier: string;
  readonly version: string;
  readonly score?: number;
  readonly threshold?: number;
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
    const shown = text.length === 0 ? 'is empty' : `is not JSON: ${JSON.stringify(text.slice(0, 60))}`;
    throw new SluiceError('envelope-not-json', `the message ${shown}`, {
      ...place,
      cause,
      fix: SEND_FIX,
      retry: 'never',
    });
  }
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
  const known = { ...place, flow: checkFlowId(candidate.flow) };
  if (candidate.offloaded) {
    checkReference(candidate.offloaded, 'offloaded', known);
    return value as Offloaded;
  }
  checkFields(candidate, known);
  return value as Envelope;
}

const SEND_FIX = 'Send with connect(…).send, or write an envelope as docs/envelope.md says.';

function checkFields(e: Partial<Record<keyof Envelope, unknown>>, place: ErrorPlace): void {
  const from = e.from as Envelope['from'] | undefined;
  if (typeof e.id !== 'string' || e.id === '') throw invalid('has no id', place);
  if (e.kind !== 'data' && e.kind !== 'signal' && e.kind !== 'answer')
    throw invalid(`is of kind ${JSON.stringify(e.kind)}`, place);
  if (typeof from?.name !== 'string' || typeof from.version !== 'string')
    throw invalid('does not say who sent it', place);
  if (!isTime(e.ts)) throw invalid('has no event time', place);
  if (e.deadline !== undefined && !isTime(e.deadline)) throw invalid('has a deadline that is no time', place);
  if (e.kind !== 'data') checkSignal(e.signal, place);
  checkReferences(e.objects, place);
  checkReferences((e.signal as Signal | undefined)?.objects, place);
}

/** A moment that a `Date` can hold. */
function isTime(ms: unknown): boolean {
  return typeof ms === 'number' && Math.abs(ms) <= 8.64e15;
}

function checkSignal(signal: unknown, place: ErrorPlace): void {
  const s = signal as Partial<Signal> | null | undefined;
  if (typeof s !== 'object' || s === null) throw invalid('has no signal', place);
  if (typeof s.tier !== 'string' || typeof s.version !== 'string')
    throw invalid('does not say who predicted its signal', place);
}

function checkReferences(references: unknown, place: ErrorPlace): void {
  if (references === undefined) return;
  if (typeof references !== 'object' || references === null) throw invalid('has objects that are no references', place);
  for (const [name, reference] of Object.entries(references)) checkReference(reference, name, place);
}

function checkReference(reference: unknown, name: string, place: ErrorPlace): void {
  const r = reference as Partial<ObjectReference> | null;
  const ok =
    typeof r?.bucket === 'string' &&
    typeof r.key === 'string' &&
    typeof r.sha256 === 'string' &&
    Number.isInteger(r.size) &&
    (r.size as number) >= 0;
  if (!ok) throw invalid(`has an object "${name}" without bucket, key, size or sha256`, place);
}

function invalid(problem: string, place: ErrorPlace): SluiceError {
  return new SluiceError('envelope-invalid', `the message ${problem}`, { ...place, fix: SEND_FIX, retry: 'never' });
}

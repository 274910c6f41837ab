import type { Link, Span, TracerProvider } from '@opentelemetry/api';
import type { DecisionRecord } from '../core/decision.ts';
import type { Envelope } from '../core/envelope.ts';
import { nestsDeeper } from '../core/nesting.ts';
import type { ReceivedMessage } from '../ports/queue.ts';
import { fromTraceparent, fromXRay, type TraceParent, toTraceparent } from './trace-context.ts';

/** Where spans come from: the tier, and the queue its records were in. */
export interface TracePlace {
  readonly application: string;
  readonly tier: string;
  readonly queue: string;
}

/** The records of one invocation under trace. */
export interface Traced {
  /** The messages, each with the trace context that what is sent for it shall carry. */
  readonly messages: readonly ReceivedMessage[];
  /** Ends the spans; what was decided is written on them. */
  end(records: readonly DecisionRecord[]): void;
}

/** What a message says about traces: its sender's AWS trace header beside what is in its envelope. */
export type Traceable = ReceivedMessage & { readonly traceHeader?: string | undefined };

interface Begun {
  readonly span: Span;
  readonly flow: string | undefined;
}

/** OpenTelemetry keeps what an SDK has registered here, for every copy of its API (opentelemetry.js, `global-utils`). */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * One span a record, with a *link* to the span that sent it: a batch has many senders, so none of them is the parent.
 * Without an SDK no API is loaded, and messages keep the trace context they came with.
 */
export async function traceRecords(
  place: TracePlace,
  messages: readonly Traceable[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Traced> {
  if (!isRegistered()) return { messages: withInvocation(messages, env), end: () => undefined };
  const { SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api');
  const tracer = trace.getTracer('sluice');
  const begun: Begun[] = [];
  const outgoing = messages.map((message) => {
    const envelope = envelopeOf(message.body);
    const span = tracer.startSpan(`process ${place.queue}`, {
      kind: SpanKind.CONSUMER,
      links: linksOf(envelope, message),
      attributes: {
        'messaging.system': 'aws_sqs',
        'messaging.operation.type': 'process',
        'messaging.destination.name': place.queue,
        'messaging.message.id': message.id,
        'sluice.application': place.application,
        'sluice.tier': place.tier,
        ...(envelope && { 'sluice.flow': envelope.flow }),
      },
    });
    begun.push({ span, flow: envelope?.flow });
    const { traceId, spanId, traceFlags, traceState } = span.spanContext();
    const tracestate = traceState?.serialize();
    const traceparent = toTraceparent({ traceId, spanId, traceFlags });
    return carrying(message, envelope, { traceparent, ...(tracestate && { tracestate }) });
  });
  return {
    messages: outgoing,
    end(records) {
      const byFlow = Map.groupBy(records, (record) => record.flow ?? undefined);
      for (const { span, flow } of begun) {
        const decided = byFlow.get(flow)?.map(({ decision }) => decision) ?? [];
        if (decided.length > 0) span.setAttribute('sluice.decision', decided);
        if (decided.includes('failed')) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      }
    },
  };
}

function isRegistered(): boolean {
  const api = (globalThis as { readonly [REGISTERED]?: { readonly trace?: TracerProvider } })[REGISTERED];
  return api?.trace !== undefined;
}

function linksOf(envelope: Envelope | undefined, { traceHeader }: Traceable): Link[] {
  const spans = [fromTraceparent(envelope?.trace?.traceparent), fromXRay(traceHeader)];
  return spans.flatMap((context) => (context ? [{ context }] : []));
}

/** Where X-Ray alone traces the function, flows that are in no trace yet are from here on in the invocation's. */
function withInvocation(
  messages: readonly Traceable[],
  env: Readonly<Record<string, string | undefined>>,
): readonly ReceivedMessage[] {
  const invocation = fromXRay(env._X_AMZN_TRACE_ID);
  if (!invocation || invocation.traceFlags === 0) return messages;
  const traceparent = toTraceparent(invocation);
  return messages.map((message) => {
    const envelope = envelopeOf(message.body);
    return envelope?.trace ? message : carrying(message, envelope, { traceparent });
  });
}

/** What is sent for a message carries the trace its envelope names. */
function carrying(message: ReceivedMessage, envelope: Envelope | undefined, trace: TraceParent): ReceivedMessage {
  return envelope ? { ...message, body: JSON.stringify({ ...envelope, trace }) } : message;
}

/** The envelope in a body; none where it lies in the object store, or is no envelope. */
function envelopeOf(body: string): Envelope | undefined {
  // What nests too deep is refused by whoever reads it next, and could not be written again here.
  if (nestsDeeper(body)) return undefined;
  try {
    const value = JSON.parse(body) as Partial<Envelope> | null;
    return typeof value === 'object' && value?.v === 1 && typeof value.kind === 'string'
      ? (value as Envelope)
      : undefined;
  } catch {
    return undefined;
  }
}

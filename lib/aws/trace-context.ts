/** A W3C trace context as messages carry it. */
export interface TraceParent {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** A span that another one can be linked to: the part of OpenTelemetry's `SpanContext` that travels. */
export interface RemoteSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote: true;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

/** The span a `traceparent` names (W3C Trace Context §3.2); `undefined` for text that names none. */
export function fromTraceparent(text: string | undefined): RemoteSpan | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags!, 16), isRemote: true };
}

/** The span that X-Ray's header names, as in `AWSTraceHeader`: `Root=1-5759e988-bd86…;Parent=53995c3f…;Sampled=1`. */
export function fromXRay(header: string | undefined): RemoteSpan | undefined {
  const parts = new Map((header ?? '').split(';').map((part) => part.trim().split('=') as [string, string]));
  const [, time, rest] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(parts.get('Root') ?? '') ?? [];
  const parent = parts.get('Parent') ?? '';
  if (!time || !rest || !/^[0-9a-f]{16}$/.test(parent)) return undefined;
  const traceFlags = parts.get('Sampled') === '1' ? 1 : 0;
  return { traceId: time + rest, spanId: parent, traceFlags, isRemote: true };
}

/** And as a `traceparent`. */
export function toTraceparent(span: Omit<RemoteSpan, 'isRemote'>): string {
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

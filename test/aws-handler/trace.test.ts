import { type Span, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import { type Traceable, traceRecords } from '../../lib/aws/trace.ts';
import { fromTraceparent, fromXRay, toTraceparent } from '../../lib/aws/trace-context.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { carrying, cheap } from '../support/tiers.ts';
import { bodies, context, deploy, envelope, eventOf, record } from './harness.ts';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const XRAY = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const XRAY_PARENT = '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01';
const place = { application: 'shop', tier: 'cheap', queue: 'cheap' };

interface Seen {
  readonly name: string;
  readonly options: { readonly kind?: number; readonly links?: { context: unknown }[]; readonly attributes?: object };
  readonly attributes: Record<string, unknown>;
  status?: unknown;
  ended: boolean;
}

/** Registers what an OpenTelemetry SDK would: a provider whose spans are kept. */
function register(): Seen[] {
  const spans: Seen[] = [];
  const startSpan = (name: string, options: Seen['options']): Span => {
    const seen: Seen = { name, options, attributes: {}, ended: false };
    const spanId = spans.push(seen).toString(16).padStart(16, '0');
    return {
      spanContext: () => ({ traceId: 'a'.repeat(32), spanId, traceFlags: 1 }),
      setAttribute: (key: string, value: unknown) => Object.assign(seen.attributes, { [key]: value }),
      setStatus: (status: unknown) => Object.assign(seen, { status }),
      end: () => Object.assign(seen, { ended: true }),
    } as unknown as Span;
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) } as never);
  return spans;
}

afterEach(() => trace.disable());

function message(n: number, extra: object = {}, traceHeader?: string): Traceable {
  const body = JSON.stringify(envelope(n, { n }, extra));
  return { id: `m${n}`, body, receipt: `r${n}`, receives: 1, sentAt: 0, traceHeader };
}

describe('trace contexts', () => {
  test('are read from both formats', () => {
    expect(fromTraceparent(PARENT)).toMatchObject({ spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true });
    expect(toTraceparent(fromTraceparent(PARENT)!)).toBe(PARENT);
    expect(toTraceparent(fromXRay(XRAY)!)).toBe(XRAY_PARENT);
  });

  test.each([undefined, '', '00-1-2-3', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'Root=1-5759e988'])(
    'are none in %j',
    (text) => {
      expect(fromTraceparent(text)).toBeUndefined();
      expect(fromXRay(text)).toBeUndefined();
    },
  );
});

describe('with an SDK registered', () => {
  test('each record has a span that links to its senders, and what is sent for it names that span', async () => {
    const spans = register();
    const { messages, end } = await traceRecords(
      place,
      [message(1, { trace: { traceparent: PARENT } }, XRAY), message(2)],
      {},
    );
    expect(spans.map(({ name, options }) => [name, options.kind, options.links?.length])).toEqual([
      ['process cheap', 4, 2],
      ['process cheap', 4, 0],
    ]);
    expect(messages.map(({ body }) => JSON.parse(body).trace.traceparent)).toEqual([
      `00-${'a'.repeat(32)}-0000000000000001-01`,
      `00-${'a'.repeat(32)}-0000000000000002-01`,
    ]);
    end([
      { flow: 'f1', decision: 'escalated' } as DecisionRecord,
      { flow: 'f2', decision: 'failed' } as DecisionRecord,
    ]);
    expect(spans.map(({ attributes }) => attributes['sluice.decision'])).toEqual([['escalated'], ['failed']]);
    expect(spans.map(({ status }) => status)).toEqual([undefined, { code: 2 }]);
    expect(spans.every(({ ended }) => ended)).toBe(true);
  });

  test('a body that is no envelope, or lies elsewhere, is not touched', async () => {
    const spans = register();
    const odd = ['not JSON', '{"v":1,"flow":"f","offloaded":{}}', 'null', '[]'];
    const { messages } = await traceRecords(
      place,
      odd.map((body, n) => ({ ...message(n), body })),
      {},
    );
    expect(messages.map(({ body }) => body)).toEqual(odd);
    expect(spans.length).toBe(4);
  });

  test('the next tier is sent the context of this one', async () => {
    register();
    const { handler, cloud } = await deploy({ tiers: [carrying(), cheap()] });
    const body = JSON.stringify(envelope(1, { n: 1 }, { trace: { traceparent: PARENT } }));
    await handler(eventOf(record('cheap', 1, body)), context());
    expect((await bodies(cloud, 'dear'))[0]?.trace).toEqual({
      traceparent: `00-${'a'.repeat(32)}-0000000000000001-01`,
    });
  });
});

describe('without one', () => {
  test('messages keep the context they came with', async () => {
    const { handler, cloud } = await deploy({ tiers: [carrying(), cheap()] });
    const body = JSON.stringify(envelope(1, { n: 1 }, { trace: { traceparent: PARENT } }));
    await handler(eventOf(record('cheap', 1, body)), context());
    expect((await bodies(cloud, 'dear'))[0]?.trace).toEqual({ traceparent: PARENT });
  });

  test('flows without a context get the invocation’s, where X-Ray samples it', async () => {
    const sent = [message(1), message(2, { trace: { traceparent: PARENT } })];
    const { messages } = await traceRecords(place, sent, { _X_AMZN_TRACE_ID: XRAY });
    expect(messages.map(({ body }) => JSON.parse(body).trace.traceparent)).toEqual([XRAY_PARENT, PARENT]);
    const unsampled = await traceRecords(place, sent, { _X_AMZN_TRACE_ID: XRAY.replace('Sampled=1', 'Sampled=0') });
    expect(unsampled.messages).toBe(sent);
  });
});

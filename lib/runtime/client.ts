import { type Duration, toMs } from '../core/duration.ts';
import { decode, type Envelope } from '../core/envelope.ts';
import { isSluiceError, located, SluiceError, toError } from '../core/errors.ts';
import { checkFlowId } from '../core/flow-id.ts';
import { derivedId } from '../core/identity.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import { rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { Answer, TierModule, TierTypes, TypesOf } from '../core/tier-types.ts';
import type { Cloud } from '../ports/cloud.ts';
import { toAnswer } from './answer.ts';
import { objectReader, objectStoreFailed } from './objects.ts';
import { post } from './outbox.ts';
import { replyKey } from './reply.ts';

/** An untyped client, `connect('thumb', …)`, may send any objects or none. */
type IsAny<T> = 0 extends 1 & T ? true : false;

/** What `send` takes beside the data. */
export type SendOptions<Objects extends string> = {
  /** UTF-8, 1 to 128 bytes. Default: a random UUID. The same id on two streams is what joins them. */
  readonly flowId?: string;
  /** Event time of the data. Default: now. */
  readonly at?: Date;
  /** Hold the message back; at most 15 minutes, as SQS allows. */
  readonly delay?: Duration;
  /** After this moment the flow expires instead of being predicted on. */
  readonly deadline?: Date;
  /** Keep the flow's end in the table, so that `result` can wait for it: one table write more. */
  readonly reply?: boolean;
  /** Tenant whose turn it is: a tenant that floods the queue does not starve the others. */
  readonly fair?: string;
} & (IsAny<Objects> extends true
  ? { readonly objects?: Readonly<Record<string, Uint8Array>> }
  : [Objects] extends [never]
    ? { readonly objects?: never }
    : { readonly objects: { readonly [K in Objects]: Uint8Array } });

/** What was sent. */
export interface Sent {
  readonly flowId: string;
  /** Message id: the same again for the same flow at the same entry. */
  readonly id: string;
}

type Rest<Objects extends string> =
  IsAny<Objects> extends true
    ? [options?: SendOptions<Objects>]
    : [Objects] extends [never]
      ? [options?: SendOptions<Objects>]
      : [options: SendOptions<Objects>];

/** A typed client of one entry of a cascade. */
export interface Client<T extends TierTypes> {
  /** Sends one flow's data. @throws SluiceError `flow-id-invalid`, `message-too-large`, `queue-failed` */
  send(data: T['data'], ...rest: Rest<T['objects']>): Promise<Sent>;
  /** Sends many; one entry per item, in order, `error` where it was not sent. Send those again: nothing is doubled. */
  sendBatch(
    items: readonly ({ readonly data: T['data'] } & SendOptions<T['objects']>)[],
  ): Promise<readonly (Sent & { readonly error?: Error })[]>;
  /**
   * Waits for the answer of a flow sent with `reply: true`.
   *
   * @throws SluiceError `flow-not-answered` (failed, dropped or expired: says which, where and why), `result-timeout`
   */
  result(flowId: string, options?: { readonly timeout?: Duration }): Promise<Answer>;
}

interface Item {
  readonly data: unknown;
  readonly flowId?: string;
  readonly at?: Date;
  readonly delay?: Duration;
  readonly deadline?: Date;
  readonly reply?: boolean;
  readonly fair?: string;
  readonly objects?: Readonly<Record<string, Uint8Array>>;
}

const SEND_KEYS = ['data', 'flowId', 'at', 'delay', 'deadline', 'reply', 'fair', 'objects'];
const MAX_DELAY_MS = 900_000;

/**
 * A typed client: `connect<typeof import('./functions/photos/thumb.ts')>('thumb', { cloud })`. The type parameter brings
 * the types, the name says where to send: a first tier's name, or `tier.stream` for the data stream of a join.
 *
 * @example
 * ```ts
 * import { connect } from 'sluice';
 * import { loadApplication, openCloud } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * cloud.declare((await loadApplication('functions/text')).graph.queues);
 * const client = connect<typeof import('./functions/text/language.ts')>('language', { cloud });
 * const { flowId } = await client.send({ text: 'the quick brown fox' }, { flowId: 'fox-1' });
 * console.log(flowId); // fox-1
 * await cloud.close();
 * ```
 */
export function connect<M extends TierModule>(
  entry: TypesOf<M['default']>['entry'],
  options: { readonly cloud: Cloud },
): Client<TypesOf<M['default']>> {
  const { cloud } = options;
  const queue: string = entry;
  const sendBatch = async (items: readonly Item[]): Promise<readonly (Sent & { readonly error?: Error })[]> => {
    const prepared = await Promise.all(items.map((item) => prepare(cloud, queue, item)));
    const ready = prepared.flatMap((p) => ('posting' in p ? [p] : []));
    const posted = await post(
      cloud,
      ready.map((p) => p.posting),
    );
    const failed = new Map(ready.map((p, i) => [p, posted[i]?.error] as const));
    return prepared.map((p) => {
      const error = 'posting' in p ? unsent(failed.get(p), p.sent.flowId, queue) : p.error;
      return error ? { ...p.sent, error } : p.sent;
    });
  };
  const client: Client<TierTypes> = {
    sendBatch: sendBatch as Client<TierTypes>['sendBatch'],
    async send(data, ...rest) {
      const [sent] = await sendBatch([{ ...(rest[0] as Item | undefined), data }]);
      if (sent!.error) throw sent!.error;
      return sent!;
    },
    result: async (flowId, { timeout = '30s' } = {}) =>
      waitForResult(cloud, checkFlowId(flowId), toMs(timeout, 'timeout of result')),
  };
  return client as Client<TypesOf<M['default']>>;
}

/** A queue's error as the sender of one flow reads it. */
function unsent(error: Error | undefined, flow: string, queue: string): Error | undefined {
  if (!error) return undefined;
  if (isSluiceError(error)) return located(error, { flow });
  return new SluiceError('queue-failed', `the flow was not sent: ${error.message}`, {
    flow,
    queue,
    cause: error,
    fix: 'Send it again: under the same flow id nothing is doubled.',
  });
}

type Prepared =
  | {
      readonly sent: Sent;
      readonly posting: {
        readonly queue: string;
        readonly message: Envelope;
        readonly group?: string;
        readonly delayMs?: number;
      };
    }
  | { readonly sent: Sent; readonly error: Error };

async function prepare(cloud: Cloud, queue: string, item: Item): Promise<Prepared> {
  const flow = item.flowId ?? cloud.random.id();
  const sent = { flowId: flow, id: typeof flow === 'string' ? derivedId('client', queue, flow) : '' };
  try {
    checkFlowId(flow);
    checkOptions(item, flow);
    const delayMs = item.delay === undefined ? 0 : toMs(item.delay, 'delay of send');
    if (delayMs > MAX_DELAY_MS)
      throw new SluiceError('option-invalid', `delay is ${item.delay}; SQS delays by at most 15m`, { flow });
    const objects = await putObjects(cloud, flow, item.objects ?? {});
    const sentAt = cloud.clock.now();
    const message: Envelope = {
      v: 1,
      id: sent.id,
      flow,
      kind: 'data',
      from: { name: 'client', version: '1' },
      ts: item.at?.getTime() ?? sentAt,
      sent: sentAt,
      hop: 0,
      data: item.data,
      ...(Object.keys(objects).length > 0 && { objects }),
      ...(item.deadline && { deadline: item.deadline.getTime() }),
      ...(item.reply && { reply: true }),
      ...(item.fair !== undefined && { fair: item.fair }),
    };
    return { sent, posting: { queue, message, delayMs, ...(item.fair !== undefined && { group: item.fair }) } };
  } catch (error) {
    return { sent, error: toError(error) };
  }
}

function checkOptions(item: Item, flow: string): void {
  try {
    rejectUnknownKeys(item, SEND_KEYS, 'send');
    for (const option of ['at', 'deadline'] as const) {
      const date = item[option];
      const ok = date === undefined || (date instanceof Date && !Number.isNaN(date.getTime()));
      requireOption(ok, 'send', option, String(date), 'a valid Date');
    }
    requireOption(item.fair === undefined || typeof item.fair === 'string', 'send', 'fair', item.fair, 'a text');
  } catch (error) {
    throw isSluiceError(error) ? located(error, { flow }) : error;
  }
}

async function putObjects(
  cloud: Cloud,
  flow: string,
  objects: Readonly<Record<string, Uint8Array>>,
): Promise<Record<string, ObjectReference>> {
  const references: Record<string, ObjectReference> = {};
  for (const [name, bytes] of Object.entries(objects)) {
    if (!(bytes instanceof Uint8Array)) {
      throw new SluiceError('data-invalid', `the object "${name}" is ${typeof bytes}, not bytes`, {
        flow,
        fix: 'Send a Uint8Array or Buffer.',
      });
    }
    const key = `objects/${encodeURIComponent(flow)}/${name}`;
    references[name] = await cloud.objects.put(key, bytes).catch((error: unknown) => {
      throw located(objectStoreFailed(`storing the object "${name}"`, error), { flow });
    });
  }
  return references;
}

async function waitForResult(cloud: Cloud, flow: string, timeoutMs: number): Promise<Answer> {
  const until = cloud.clock.now() + timeoutMs;
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 500)) {
    const item = await cloud.table.get(replyKey(flow));
    if (item?.status === 'answered') return readAnswer(cloud, String(item.answer));
    if (item) {
      throw new SluiceError('flow-not-answered', `the flow was ${String(item.status)}: ${String(item.reason)}`, {
        flow,
        tier: String(item.tier),
        fix: `See what happened: npx sluice flow ${flow}`,
        details: { status: item.status, code: item.code },
      });
    }
    const left = until - cloud.clock.now();
    if (left <= 0) {
      throw new SluiceError('result-timeout', `no answer within ${timeoutMs} ms`, {
        flow,
        fix: `Send with { reply: true }, wait longer, or look: npx sluice flow ${flow}`,
      });
    }
    await cloud.clock.sleep(Math.min(waitMs, left));
  }
}

async function readAnswer(cloud: Cloud, body: string): Promise<Answer> {
  let envelope = decode(body, {});
  if ('offloaded' in envelope)
    envelope = decode(Buffer.from(await objectReader(cloud.objects).fetch(envelope.offloaded)).toString(), {});
  return toAnswer(envelope as Envelope, cloud.objects);
}

import { toMs } from '../core/duration.ts';
import type { Envelope } from '../core/envelope.ts';
import { isSluiceError, located, SluiceError, toError } from '../core/errors.ts';
import { checkFlowId } from '../core/flow-id.ts';
import { derivedId } from '../core/identity.ts';
import { MAX_DELAY_MS } from '../core/message-limits.ts';
import type { Mutable } from '../core/mutable.ts';
import { sentWith } from '../core/object-keys.ts';
import type { ObjectReference, ObjectReferences } from '../core/object-reference.ts';
import { rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { Cloud } from '../ports/cloud.ts';
import { objectStoreFailed } from './objects.ts';
import type { Posting } from './outbox.ts';
import type { SendItem, Sent } from './send-options.ts';

const SEND_KEYS = ['data', 'flowId', 'at', 'delay', 'deadline', 'reply', 'fair', 'objects'];

/** A flow ready to be posted, or why it is not. */
export type Prepared =
  | { readonly sent: Sent; readonly posting: Posting }
  | { readonly sent: Sent; readonly error: Error };

/** Checks one flow, puts its objects in the store and makes its message; never rejects. */
export async function prepare(cloud: Cloud, queue: string, item: SendItem): Promise<Prepared> {
  const flow = item.flowId ?? cloud.random.id();
  const sent = { flowId: flow, id: typeof flow === 'string' ? derivedId('client', queue, flow) : '' };
  try {
    checkFlowId(flow);
    checkOptions(item, flow);
    const delayMs = item.delay === undefined ? 0 : toMs(item.delay, 'delay of send');
    if (delayMs > MAX_DELAY_MS)
      throw new SluiceError('option-invalid', `delay is ${item.delay}; SQS delays by at most 15m`, {
        flow,
        fix: 'Shorten it, or send the flow when its time comes.',
      });
    const objects = item.objects && (await putObjects(cloud, flow, item.objects));
    return { sent, posting: postingOf(queue, messageOf(item, sent, cloud.clock.now(), objects), delayMs) };
  } catch (error) {
    return { sent, error: toError(error) };
  }
}

function messageOf(item: SendItem, { flowId, id }: Sent, sentAt: number, objects?: ObjectReferences): Envelope {
  const { data, at, deadline, reply, fair } = item;
  const message: Mutable<Envelope> = {
    v: 1,
    id,
    flow: flowId,
    kind: 'data',
    from: { name: 'client', version: '1' },
    ts: at?.getTime() ?? sentAt,
    sent: sentAt,
    hop: 0,
    data,
  };
  if (objects && Object.keys(objects).length > 0) message.objects = objects;
  if (deadline) message.deadline = deadline.getTime();
  if (reply) message.reply = true;
  if (fair !== undefined) message.fair = fair;
  return message;
}

/** Messages of one tenant are a fair group. */
function postingOf(queue: string, message: Envelope, delayMs: number): Posting {
  const { fair } = message;
  return fair === undefined ? { queue, message, delayMs } : { queue, message, delayMs, group: fair };
}

function checkOptions(item: SendItem, flow: string): void {
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
    const key = `${sentWith(flow)}${name}`;
    references[name] = await cloud.objects.put(key, bytes).catch((error: unknown) => {
      throw located(objectStoreFailed(`storing the object "${name}"`, error), { flow });
    });
  }
  return references;
}

import { type Duration, toMs } from '../core/duration.ts';
import { isSluiceError, located, SluiceError } from '../core/errors.ts';
import { checkFlowId } from '../core/flow-id.ts';
import { rejectUnknownKeys } from '../core/options.ts';
import type { Answer, TierModule, TierTypes, TypesOf } from '../core/tier-types.ts';
import type { Cloud } from '../ports/cloud.ts';
import { post } from './outbox.ts';
import { prepare } from './prepare-send.ts';
import type { SendItem, SendOptions, Sent } from './send-options.ts';
import { waitForResult } from './wait-for-result.ts';

/** Options may be left out where nothing in them is required. */
type Rest<Objects extends string> =
  Record<never, never> extends SendOptions<Objects>
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
  rejectUnknownKeys(options, ['cloud'], 'connect');
  const { cloud } = options;
  const queue: string = entry;
  const sendBatch = async (items: readonly SendItem[]): Promise<readonly (Sent & { readonly error?: Error })[]> => {
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
      const [sent] = await sendBatch([{ ...(rest[0] as SendItem | undefined), data }]);
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

import { toControlState } from '../../core/control/item.ts';
import { checkControlKey, controlKey, EVERY_KEY } from '../../core/control/keys.ts';
import type { ControlMessage, ControlVersion } from '../../core/control/message.ts';
import { CONTROLS } from '../../core/control/plan.ts';
import type { ControlModule, ControlTypes, ControlValue, TypesOfControl } from '../../core/control/types.ts';
import type { Envelope } from '../../core/envelope.ts';
import { SluiceError } from '../../core/errors.ts';
import { derivedId } from '../../core/identity.ts';
import { rejectUnknownKeys } from '../../core/options.ts';
import type { Cloud } from '../../ports/cloud.ts';
import { post } from '../outbox.ts';

/** Which key a control message is for, and under which version. */
export interface SetOptions {
  /** Default: what the control's `keyBy` makes of the value; `*`, all keys, where it has none. */
  readonly key?: string;
  /** A whole number from 1, higher than all before it. Default: the time, in ms since the epoch. */
  readonly version?: number;
}

/** A control message that is on its way. */
export interface SentControl {
  /** Message id: the same again for the same control, key, version and value. */
  readonly id: string;
  readonly version: number;
}

/** A typed client of one control. */
export interface ControlClient<T extends ControlTypes> {
  /** Sends what is to count for a key from now on. @throws SluiceError `control-invalid`, `queue-failed` */
  set(value: T['message'], options?: SetOptions): Promise<SentControl>;
  /** Sends many; one entry each, in order, `error` where it was not sent. */
  setBatch(
    items: readonly ({ readonly value: T['message'] } & SetOptions)[],
  ): Promise<readonly (SentControl & { readonly error?: Error })[]>;
  /** Sends that nothing counts for a key any more: a wildcard above it counts again, or `beforeControl`. */
  delete(options?: SetOptions): Promise<SentControl>;
  /** What is set for exactly this key now. */
  get(key?: string): Promise<ControlValue<T['value']> | undefined>;
  /** The versions kept of a key, oldest first. */
  history(key?: string): Promise<readonly ControlVersion[]>;
  /** Sends that an earlier version counts again, under a new version. @throws SluiceError `control-invalid` where it is not kept */
  restore(version: number, options?: SetOptions): Promise<SentControl>;
}

/**
 * A typed client of a control: `connectControl<typeof import('./functions/shop/controls/limit.ts')>('limit', { cloud })`.
 * What it sends is applied by the application's own function, some moments later.
 *
 * @example
 * ```ts
 * import { connectControl } from 'sluice';
 * import { loadApplication, openCloud, startCascade } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * const cascade = await startCascade({ application: await loadApplication('functions/shop'), cloud });
 * const limits = connectControl<typeof import('./functions/shop/controls/limit.ts')>('limit', { cloud });
 * await limits.set({ shop: 'north', most: 7 }, { version: 1 });
 * await cascade.settled();
 * console.log(await limits.get('north')); // { value: { shop: 'north', most: 7 }, version: 1, key: 'north' }
 * await cascade.stop();
 * await cloud.close();
 * ```
 */
export function connectControl<M extends ControlModule>(
  name: TypesOfControl<M['default']>['name'],
  options: { readonly cloud: Cloud },
): ControlClient<TypesOfControl<M['default']>> {
  rejectUnknownKeys(options, ['cloud'], 'connectControl');
  const { cloud } = options;
  let last = 0;
  /** Two messages of one client never share a version, however quickly they follow each other. */
  const nextVersion = (): number => {
    last = Math.max(last + 1, cloud.clock.now());
    return last;
  };
  const state = async (key: string) =>
    toControlState(await cloud.table.get(controlKey(name, checkControlKey(name, key))));

  type Said = Pick<ControlMessage, 'value' | 'deleted' | 'restores'>;
  async function sendAll(items: readonly (Said & SetOptions)[]): Promise<readonly (SentControl & { error?: Error })[]> {
    const messages = items.map((item) => toMessage(cloud, name, item, item.version ?? nextVersion()));
    const posted = await post(
      cloud,
      messages.map((message) => ({ queue: CONTROLS, message })),
    );
    return messages.map(({ id, control }, i) => {
      const error = posted[i]!.error;
      return { id, version: control!.version, ...(error && { error: notSent(name, error) }) };
    });
  }
  async function sendOne(item: Said & SetOptions): Promise<SentControl> {
    const [{ error, ...sent }] = (await sendAll([item])) as [SentControl & { error?: Error }];
    if (error) throw error;
    return sent;
  }
  const client: ControlClient<ControlTypes> = {
    set: (value, more) => sendOne({ ...more, value }),
    setBatch: sendAll,
    delete: (more) => sendOne({ ...more, deleted: true }),
    restore: (version, more) => sendOne({ ...more, restores: version }),
    async get(key = EVERY_KEY) {
      const current = (await state(key))?.current;
      return current && !current.deleted ? { value: current.value, version: current.version, key } : undefined;
    },
    history: async (key = EVERY_KEY) => (await state(key))?.history ?? [],
  };
  return client as ControlClient<TypesOfControl<M['default']>>;
}

function toMessage(
  cloud: Cloud,
  name: string,
  item: Pick<ControlMessage, 'value' | 'deleted' | 'restores'> & SetOptions,
  version: number,
): Envelope {
  const { value, deleted, restores, key } = item;
  if (key !== undefined) checkControlKey(name, key);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new SluiceError(
      'control-invalid',
      `version ${String(version)} of control "${name}" is no whole number from 1`,
      {
        fix: 'Number the messages of a key upwards, or leave version out.',
        retry: 'never',
      },
    );
  }
  const control: ControlMessage = {
    name,
    version,
    ...(key !== undefined && { key }),
    ...(deleted ? { deleted } : restores === undefined ? { value } : { restores }),
  };
  const now = cloud.clock.now();
  return {
    v: 1,
    id: derivedId('control', JSON.stringify(control)),
    flow: flowOfControl(name),
    kind: 'control',
    from: { name: 'client', version: '1' },
    ts: now,
    sent: now,
    hop: 0,
    control,
  };
}

/** The name under which the decision log tells of a control's messages: they belong to no flow of data. */
export function flowOfControl(name: string): string {
  return `control#${name}`;
}

function notSent(name: string, cause: Error): SluiceError {
  return new SluiceError('queue-failed', `the message of control "${name}" was not sent: ${cause.message}`, {
    queue: CONTROLS,
    cause,
    fix: 'Send it again: under the same version nothing is doubled.',
  });
}

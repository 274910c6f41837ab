import { MODEL, type ModelSetting } from '../core/control/model.ts';
import type { Duration } from '../core/duration.ts';
import { sha256 } from '../core/identity.ts';
import { MODELS } from '../core/object-keys.ts';
import type { Cloud } from '../ports/cloud.ts';
import { connectControl } from '../runtime/controls/client.ts';

/** A control message to send: what `connectControl(…).set`, `delete` and `restore` take. */
export interface SimulatedControl {
  /** The control's name. */
  readonly control: string;
  /** What is to count for the key. */
  readonly value?: unknown;
  /** Instead of a value, for the control `model`: the file that the tier named by `key` is to load. */
  readonly file?: Uint8Array;
  /** Instead of a value: nothing counts for the key any more. */
  readonly deleted?: true;
  /** Instead of a value: this earlier version counts again. */
  readonly restores?: number;
  /** Default: what the control's `keyBy` makes of the value, else `*`. */
  readonly key?: string;
  /** Default: the virtual time, ms. */
  readonly version?: number;
  /** It is sent so long after its flow begins. Default: at once. */
  readonly after?: Duration;
}

/** Sends a control message of an input. */
export async function sendControl(cloud: Cloud, message: SimulatedControl): Promise<void> {
  const { control, value, file, deleted, restores, key, version } = message;
  const client = connectControl(control, { cloud });
  const options = { ...(key !== undefined && { key }), ...(version !== undefined && { version }) };
  if (deleted) await client.delete(options);
  else if (restores !== undefined) await client.restore(restores, options);
  else await client.set(file && control === MODEL ? await stored(cloud, file) : value, options);
}

async function stored({ objects }: Cloud, file: Uint8Array): Promise<ModelSetting> {
  return { object: await objects.put(`${MODELS}${sha256(file)}`, file) };
}

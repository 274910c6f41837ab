import type { Json } from '../json.ts';
import type { ObjectReferences } from '../object-reference.ts';
import type { Predicted } from '../step/effects.ts';
import type { Item } from '../table-update.ts';

/** Inputs a key remembers where the tier does not say. */
const REMEMBERED = 20;
/** An item of DynamoDB may have 400 KB; the oldest inputs give way before the state does. */
const MAX_USED_CHARS = 96 * 1_024;

/** Key of the item that holds a tier's state for one key. */
export function stateKey(tier: string, key: string): string {
  return `state#${tier}#${key}`;
}

/** An input that has been worked into a state, and the prediction that came of it. */
interface Used {
  readonly input: string;
  readonly output: Json;
  readonly produced?: ObjectReferences;
  readonly controls?: Readonly<Record<string, number>>;
}

/** The prediction this input led to when it was worked into the state, if it was. */
export function usedBy(item: Item | undefined, input: string): Predicted | undefined {
  const used = (item?.used as unknown as readonly Used[] | undefined)?.find((one) => one.input === input);
  if (!used) return undefined;
  const { output, produced = {}, controls } = used;
  return { output, ms: 0, produced, fetched: { bytes: 0, calls: 0 }, ...(controls && { controls }) };
}

/** The item after an input. */
export function afterInput(
  item: Item | undefined,
  after: { readonly version: number; readonly value: Json; readonly input: string; readonly predicted: Predicted },
  remember: number = REMEMBERED,
): Item {
  const { version, value, input, predicted } = after;
  const { output, produced, controls } = predicted;
  const own: Used = {
    input,
    output: output as Json,
    ...(Object.keys(produced).length > 0 && { produced }),
    ...(controls && { controls }),
  };
  const used = [...((item?.used ?? []) as unknown as readonly Used[]), own].slice(-remember);
  while (used.length > 1 && JSON.stringify(used).length > MAX_USED_CHARS) used.shift();
  return { version, value, used: used as unknown as Json };
}

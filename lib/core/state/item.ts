import type { Json } from '../json.ts';
import { fromLines, lineWith, toLines } from '../json-lines.ts';
import type { ObjectReferences } from '../object-reference.ts';
import type { Predicted } from '../step/effects.ts';
import type { Item } from '../table-update.ts';

/** Inputs a key remembers where the tier does not say. */
export const REMEMBERED = 20;
/** An item of DynamoDB may have 400 KB; the oldest inputs give way before the state does. */
const MAX_USED_CHARS = 96 * 1_024;

/** Key of the item that holds a tier's state for one key. */
export function stateKey(tier: string, key: string): string {
  return `state#${tier}#${key}`;
}

/** The prediction that an input led to when it was worked into a state. */
interface Remembered {
  readonly output: Json;
  readonly produced?: ObjectReferences;
  readonly controls?: Readonly<Record<string, number>>;
}

/** The prediction this input led to when it was worked into the state, if it was. */
export function usedBy(item: Item | undefined, input: string): Predicted | undefined {
  const line = lineWith(item?.used, `${input} `);
  if (line === undefined) return undefined;
  const { output, produced = {}, controls } = JSON.parse(line.slice(input.length)) as Remembered;
  return { output, ms: 0, produced, fetched: { bytes: 0, calls: 0 }, ...(controls && { controls }) };
}

/** What an input leaves in the item. */
export function afterInput(
  item: Item | undefined,
  after: { readonly value: Json; readonly input: string; readonly predicted: Predicted },
  remember: number = REMEMBERED,
): Item {
  const { value, input, predicted } = after;
  const lines = [...toLines(item?.used), lineOf(input, predicted)];
  return { value, used: fromLines(lines, remember, MAX_USED_CHARS) };
}

function lineOf(input: string, { output, produced, controls }: Predicted): string {
  const remembered: Remembered = {
    output: output as Json,
    ...(Object.keys(produced).length > 0 && { produced }),
    ...(controls && { controls }),
  };
  return `${input} ${JSON.stringify(remembered)}`;
}

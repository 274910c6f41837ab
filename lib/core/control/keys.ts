import { SluiceError } from '../errors.ts';

/** The key of what is set for all. */
export const EVERY_KEY = '*';

/** DynamoDB's partition keys have at most 2,048 bytes, and the control's name is in front. */
const MAX_KEY_BYTES = 1_024;

/** Key of the table item that holds what a control says to a key. */
export function controlKey(control: string, key: string): string {
  return `control#${control}#${key}`;
}

/** Checks a key: UTF-8 text in which `*` is nothing but the whole last part. @throws SluiceError `control-invalid` */
export function checkControlKey(control: string, key: unknown): string {
  const problem = keyProblem(key);
  if (problem === undefined) return key as string;
  throw new SluiceError('control-invalid', `a key of control "${control}" ${problem}`, {
    fix: `Use 1 to ${MAX_KEY_BYTES} bytes of text, parts divided by "/"; "*" stands for all keys below, as in "eu/*".`,
    retry: 'never',
  });
}

function keyProblem(key: unknown): string | undefined {
  if (typeof key !== 'string') return `is ${typeof key}, not a text`;
  if (key === '') return 'is empty';
  if (!key.isWellFormed()) return 'is no well-formed text';
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) return `has ${bytes} bytes`;
  const star = key.indexOf('*');
  if (star >= 0 && key !== EVERY_KEY && !(star === key.length - 1 && key.endsWith('/*'))) {
    return `has "*" in another place than the end: ${JSON.stringify(key.slice(0, 80))}`;
  }
  return undefined;
}

/** The keys under which something may be set for this one, the most specific first: `eu/oslo/7`, `eu/oslo/*`, `eu/*`, `*`. */
export function keysFor(key: string): readonly string[] {
  if (key === EVERY_KEY) return [key];
  const keys = [key];
  const path = key.endsWith('/*') ? key.slice(0, -2) : key;
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) keys.push(`${path.slice(0, at)}/*`);
  return [...keys, EVERY_KEY];
}

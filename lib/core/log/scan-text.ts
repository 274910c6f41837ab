import type { Window } from './pattern.ts';
import { skipNumber } from './scan-number.ts';

const [SPACE, QUOTE, COMMA, COLON, BACKSLASH, BRACE, BRACE_END] = [32, 34, 44, 58, 92, 123, 125] as const;

/**
 * Where the text that begins at `from` ends, at its quote; 0 where it has an escape in it, is no UTF-8, or no text that JSON
 * would read. `length` is what it probably has.
 */
export function textEnd({ bytes, view }: Window, from: number, length: number): number {
  const end = from + length;
  return bytes[end] === QUOTE && isPlain(view, from, end) ? end : textEndSlowly(bytes, from);
}

function textEndSlowly(bytes: Buffer, from: number): number {
  let at = from;
  let isAscii = true;
  for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
    // Not even behind the last byte, where there is none.
    if (!(byte >= SPACE) || byte === BACKSLASH) return 0;
    if (byte > 127) isAscii = false;
  }
  return isAscii || !bytes.toString('utf8', from, at).includes('\ufffd') ? at : 0;
}

/** Whether all bytes are ASCII and neither quote, backslash nor control characters, looked at four at a time. */
function isPlain(view: DataView, from: number, end: number): boolean {
  if (end - from < 4) return false;
  let found = unplain(view.getInt32(end - 4, true));
  for (let at = from; at < end - 4; at += 4) found |= unplain(view.getInt32(at, true));
  return (found & 0x80808080) === 0;
}

/** Has the highest bit of a byte set where one of the four is above 127, below a space, a quote or a backslash. */
function unplain(word: number): number {
  return word | (word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101);
}

/** Where the object that begins at `from` ends, whose values are all numbers; 0 where there is none. */
export function numbersEnd(window: Window, from: number): number {
  const { bytes } = window;
  if (bytes[from] !== BRACE) return 0;
  if (bytes[from + 1] === BRACE_END) return from + 2;
  for (let at = from + 1; bytes[at] === QUOTE; at += 1) {
    const end = textEnd(window, at + 1, 0);
    if (end === 0 || bytes[end + 1] !== COLON) return 0;
    at = skipNumber(bytes, end + 2);
    if (at === 0) return 0;
    if (bytes[at] === BRACE_END) return at + 1;
    if (bytes[at] !== COMMA) return 0;
  }
  return 0;
}

import { isAt, pattern, type Window } from './pattern.ts';
import { skipNumber } from './scan-number.ts';

const [SPACE, QUOTE, COMMA, COLON, BACKSLASH] = [32, 34, 44, 58, 92] as const;
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [91, 93, 123, 125] as const;

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
  return window.bytes[from] === BRACE ? membersEnd(window, from, numberEnd) : 0;
}

/** Where the JSON value that begins at `from` ends; 0 where there is none, or one with escapes in it or deeper than most. */
export function valueEnd(window: Window, from: number, depth = 0): number {
  const { bytes } = window;
  switch (bytes[from]) {
    case QUOTE:
      return afterText(window, from);
    case BRACE:
      return depth < DEEPEST ? membersEnd(window, from, (_, at) => valueEnd(window, at, depth + 1)) : 0;
    case BRACKET:
      return depth < DEEPEST ? elementsEnd(window, from, depth + 1) : 0;
    default:
      for (const word of WORDS) if (isAt(window, from, word)) return from + word.length;
      return skipNumber(bytes, from);
  }
}

const WORDS = [pattern('true'), pattern('false'), pattern('null')];
/** What lies deeper is read as JSON. */
const DEEPEST = 50;

const numberEnd = ({ bytes }: Window, at: number): number => skipNumber(bytes, at);

/** Past the quote that ends a text; 0 where none does. */
function afterText(window: Window, from: number): number {
  const end = textEnd(window, from + 1, 0);
  return end === 0 ? 0 : end + 1;
}

/** Past the brace that ends an object, whose values end where `endOf` says. */
function membersEnd(window: Window, from: number, endOf: (window: Window, at: number) => number): number {
  const { bytes } = window;
  if (bytes[from + 1] === BRACE_END) return from + 2;
  for (let at = from + 1; bytes[at] === QUOTE; at += 1) {
    const name = afterText(window, at);
    if (name === 0 || bytes[name] !== COLON) return 0;
    at = endOf(window, name + 1);
    if (at === 0) return 0;
    if (bytes[at] === BRACE_END) return at + 1;
    if (bytes[at] !== COMMA) return 0;
  }
  return 0;
}

/** Past the bracket that ends a list. */
function elementsEnd(window: Window, from: number, depth: number): number {
  const { bytes } = window;
  if (bytes[from + 1] === BRACKET_END) return from + 2;
  for (let at = from + 1; ; at += 1) {
    at = valueEnd(window, at, depth);
    if (at === 0) return 0;
    if (bytes[at] === BRACKET_END) return at + 1;
    if (bytes[at] !== COMMA) return 0;
  }
}

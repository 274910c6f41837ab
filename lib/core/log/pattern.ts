/** Bytes to look for, eight at a time; the last eight of them overlap those before where their number is not divisible. */
export interface Pattern {
  readonly length: number;
  /** Eight bytes each, as the floating-point numbers that they would be: no text is one that is not equal to itself. */
  readonly words: readonly number[];
  /** All bytes, where they are too few for a word. */
  readonly rest: readonly number[];
}

/** Bytes to look in. */
export interface Window {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function pattern(text: string): Pattern {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  if (length < 8) return { length, words: [], rest: [...bytes] };
  const words = Array.from({ length: Math.ceil(length / 8) }, (_, i) =>
    bytes.readDoubleLE(Math.min(8 * i, length - 8)),
  );
  return { length, words, rest: [] };
}

export function windowOn(bytes: Buffer): Window {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Whether the pattern lies at `from`. */
export function isAt({ bytes, view }: Window, from: number, { length, words, rest }: Pattern): boolean {
  const end = from + length;
  if (end > bytes.length) return false;
  const last = words.length - 1;
  if (last < 0) {
    for (let i = 0; i < length; i += 1) if (bytes[from + i] !== rest[i]) return false;
    return true;
  }
  for (let i = 0, at = from; i < last; i += 1, at += 8) if (view.getFloat64(at, true) !== words[i]) return false;
  return view.getFloat64(end - 8, true) === words[last];
}

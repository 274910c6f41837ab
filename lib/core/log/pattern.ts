/** Bytes to look for, four at a time. */
export interface Pattern {
  readonly length: number;
  readonly words: Int32Array;
  /** The bytes past the last whole word. */
  readonly rest: Uint8Array;
}

/** Bytes to look in. */
export interface Window {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function pattern(text: string): Pattern {
  const bytes = Buffer.from(text);
  const view = viewOf(bytes);
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
  return { length: bytes.length, words, rest: Uint8Array.from(bytes.subarray(4 * words.length)) };
}

export function windowOn(bytes: Buffer): Window {
  return { bytes, view: viewOf(bytes) };
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Whether the pattern lies at `at`. */
export function isAt({ bytes, view }: Window, at: number, { length, words, rest }: Pattern): boolean {
  if (at + length > bytes.length) return false;
  const count = words.length;
  for (let i = 0; i < count; i += 1) if (view.getInt32(at + 4 * i, true) !== words[i]) return false;
  const tail = at + 4 * count;
  for (let i = 0; i < rest.length; i += 1) if (bytes[tail + i] !== rest[i]) return false;
  return true;
}

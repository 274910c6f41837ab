/** Bytes to look for, four at a time; the last four of them overlap those before where their number is not divisible. */
export interface Pattern {
  readonly length: number;
  readonly words: Int32Array;
  /** Where each word lies. */
  readonly places: Int32Array;
  /** All bytes, where they are too few for a word. */
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
  const { length } = bytes;
  if (length < 4) return { length, words: new Int32Array(), places: new Int32Array(), rest: Uint8Array.from(bytes) };
  const places = Int32Array.from({ length: Math.ceil(length / 4) }, (_, i) => Math.min(4 * i, length - 4));
  return { length, words: places.map((at) => view.getInt32(at, true)), places, rest: new Uint8Array() };
}

export function windowOn(bytes: Buffer): Window {
  return { bytes, view: viewOf(bytes) };
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Whether the pattern lies at `at`. */
export function isAt({ bytes, view }: Window, at: number, { length, words, places, rest }: Pattern): boolean {
  if (at + length > bytes.length) return false;
  for (let i = 0; i < words.length; i += 1) if (view.getInt32(at + places[i]!, true) !== words[i]) return false;
  for (let i = 0; i < rest.length; i += 1) if (bytes[at + i] !== rest[i]) return false;
  return true;
}

const [PLUS, MINUS, DOT, ZERO, NINE, SMALL_E, LARGE_E] = [43, 45, 46, 48, 57, 101, 69] as const;

/** Powers of ten that a double holds exactly: dividing a whole number below 2^53 by one rounds once, as reading it does. */
const TENS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const EXACT = 2 ** 53;

/** A number of a JSON text and where it ends. */
export interface ScannedNumber {
  value: number;
  end: number;
}

/** Where the JSON number that begins at `from` ends; 0 where there is none. */
export function skipNumber(bytes: Uint8Array, from: number): number {
  const first = bytes[from] === MINUS ? from + 1 : from;
  let at = skipDigits(bytes, first);
  if (at === first || (bytes[first] === ZERO && at > first + 1)) return 0;
  if (bytes[at] === DOT) {
    const dot = at;
    at = skipDigits(bytes, dot + 1);
    if (at === dot + 1) return 0;
  }
  return bytes[at] === SMALL_E || bytes[at] === LARGE_E ? skipExponent(bytes, at + 1) : at;
}

/** Reads the number that begins at `from`, exactly as `JSON.parse` does; false where there is none. */
export function scanNumber(bytes: Buffer, from: number, into: ScannedNumber): boolean {
  const end = skipNumber(bytes, from);
  if (end === 0) return false;
  into.end = end;
  into.value = numberIn(bytes, from, end);
  return true;
}

function numberIn(bytes: Buffer, from: number, end: number): number {
  const negative = bytes[from] === MINUS;
  let whole = 0;
  let decimals = -1;
  for (let at = negative ? from + 1 : from; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte >= ZERO && byte <= NINE) {
      whole = whole * 10 + (byte - ZERO);
      if (decimals >= 0) decimals += 1;
    } else if (byte === DOT) decimals = 0;
    else return Number(bytes.toString('latin1', from, end));
  }
  if (whole >= EXACT || decimals >= TENS.length) return Number(bytes.toString('latin1', from, end));
  const value = decimals > 0 ? whole / TENS[decimals]! : whole;
  return negative ? -value : value;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at += 1;
  return at;
}

function skipExponent(bytes: Uint8Array, from: number): number {
  const first = bytes[from] === MINUS || bytes[from] === PLUS ? from + 1 : from;
  const end = skipDigits(bytes, first);
  return end === first ? 0 : end;
}

const DOT = 46;
const MINUS = 45;
const PLUS = 43;
const ZERO = 48;
const EXPONENT = 101;

/** Powers of ten that a double holds exactly: dividing a whole number below 2^53 by one rounds once, as reading it does. */
const TENS = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
];
const EXACT = 2 ** 53;

/** A number of a JSON text and where it ends. */
export interface ScannedNumber {
  value: number;
  end: number;
}

/** Reads the number that begins at `from`, exactly as `JSON.parse` does; false where there is none. */
export function scanNumber(bytes: Buffer, from: number, into: ScannedNumber): boolean {
  let at = from;
  const negative = bytes[at] === MINUS;
  if (negative) at += 1;
  const first = at;
  let whole = 0;
  let decimals = 0;
  let dot = false;
  for (; ; at += 1) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit;
      if (dot) decimals += 1;
    } else if (bytes[at] === DOT && !dot) dot = true;
    else break;
  }
  if (at === first) return false;
  into.end = at;
  if (bytes[at] === EXPONENT || whole >= EXACT || decimals >= TENS.length) return scanSlowly(bytes, from, into);
  const value = whole / TENS[decimals]!;
  into.value = negative ? -value : value;
  return true;
}

function scanSlowly(bytes: Buffer, from: number, into: ScannedNumber): boolean {
  let { end } = into;
  if (bytes[end] === EXPONENT) {
    do end += 1;
    while (isExponent(bytes[end]!));
    into.end = end;
  }
  into.value = Number(bytes.toString('latin1', from, end));
  return !Number.isNaN(into.value);
}

function isExponent(byte: number): boolean {
  return (byte >= ZERO && byte <= ZERO + 9) || byte === MINUS || byte === PLUS;
}

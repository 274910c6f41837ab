/**
 * 53 bits of a flow id and the place of a tier: tables of millions of flows hold these instead of ids. Two of ten million
 * flows share one with a chance of half a percent.
 */
export function flowKey(high: number, low: number, tier: number): number {
  const a = mixed(high ^ Math.imul(tier + 1, 0x9e3779b1));
  const b = mixed(low ^ Math.imul(tier + 1, 0x85ebca6b));
  // Zero marks an empty slot.
  return (a >>> 0) * 2 ** 21 + (b >>> 11) || 1;
}

/** Two 32-bit hashes of some bytes, kept apart so that hashing allocates nothing. */
export interface Hash {
  high: number;
  low: number;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Hashes the bytes of an id into `into`. */
export function hashBytes(id: Uint8Array, into: Hash): void {
  let high = 0x811c9dc5;
  let low = 0x1b873593;
  for (const byte of id) {
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x5bd1e995);
  }
  into.high = high;
  into.low = low;
}

/** The same for an id in JSON, up to its quote; returns where that is. Stops at an escape, too. */
export function hashText(json: Uint8Array, from: number, into: Hash): number {
  let high = 0x811c9dc5;
  let low = 0x1b873593;
  let at = from;
  for (let byte = json[at]!; byte !== QUOTE && byte !== BACKSLASH && byte >= 32; byte = json[++at]!) {
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x5bd1e995);
  }
  into.high = high;
  into.low = low;
  return at;
}

/** Spreads every bit of a hash over all of it (the finalizer of MurmurHash3). */
function mixed(hash: number): number {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return b ^ (b >>> 16);
}

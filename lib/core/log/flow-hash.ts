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

/** Hashes the bytes of an id into `into`. */
export function hashBytes(id: Buffer, into: Hash): void {
  hashRange(new DataView(id.buffer, id.byteOffset, id.length), 0, id.length, into);
}

/** Hashes a part of `view`, four bytes at a time (as MurmurHash3 goes through its blocks, with one round for each hash). */
export function hashRange(view: DataView, from: number, to: number, into: Hash): void {
  let high = 0x811c9dc5;
  let low = 0x1b873593;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true);
    high = Math.imul(high ^ word, 0xcc9e2d51);
    high = (high << 15) | (high >>> 17);
    low = Math.imul(low ^ word, 0x1b873593);
    low = (low << 13) | (low >>> 19);
  }
  for (; at < to; at += 1) {
    const byte = view.getUint8(at);
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x5bd1e995);
  }
  into.high = high;
  into.low = low;
}

/** Spreads every bit of a hash over all of it (the finalizer of MurmurHash3). */
function mixed(hash: number): number {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return b ^ (b >>> 16);
}

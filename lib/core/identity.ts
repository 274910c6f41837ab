import { hash } from 'node:crypto';

/** The namespace of every id sluice derives; drawn once, never to change. */
const NAMESPACE = Buffer.from('6f1d7a0c9b3e4c52a1d87e0f5b2c9d34', 'hex');
/** Ids are derived from a few short names, many times for each message. */
const PLACE = Buffer.concat([NAMESPACE], 2_048);
/** Of UTF-8, for each unit of UTF-16. */
const MAX_BYTES_A_CHAR = 3;

/**
 * A UUID version 5 (RFC 9562 §5.5) of the parts: the same parts always give the same id, so a redelivered message
 * produces an output under the id it already had.
 */
export function derivedId(...parts: readonly string[]): string {
  const hex = hash('sha1', inNamespace(JSON.stringify(parts)), 'hex');
  // Version 5 in the 13th digit, the RFC's variant in the upper bits of the 17th.
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The bytes of a name behind the namespace; until the next call, as short ones have their place in common. */
function inNamespace(name: string): Uint8Array {
  const most = NAMESPACE.length + MAX_BYTES_A_CHAR * name.length;
  const place = most <= PLACE.length ? PLACE : Buffer.concat([NAMESPACE], most);
  return place.subarray(0, NAMESPACE.length + place.write(name, NAMESPACE.length));
}

/** A number in [0, 1) that depends only on the parts: sampling and jitter that a replay reproduces. */
export function derivedFraction(...parts: readonly string[]): number {
  const digest = hash('sha1', JSON.stringify(parts), 'buffer');
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** Lower-case hex SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

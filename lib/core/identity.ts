import { hash } from 'node:crypto';

/** The namespace of every id sluice derives; drawn once, never to change. */
const NAMESPACE = Buffer.from('6f1d7a0c9b3e4c52a1d87e0f5b2c9d34', 'hex');

/**
 * A UUID version 5 (RFC 9562 §5.5) of the parts: the same parts always give the same id, so a redelivered message
 * produces an output under the id it already had.
 */
export function derivedId(...parts: readonly string[]): string {
  const name = JSON.stringify(parts);
  const input = Buffer.allocUnsafe(NAMESPACE.length + Buffer.byteLength(name));
  NAMESPACE.copy(input);
  input.write(name, NAMESPACE.length);
  const hex = hash('sha1', input, 'hex');
  // Version 5 in the 13th digit, the RFC's variant in the upper bits of the 17th.
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
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

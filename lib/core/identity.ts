import { createHash, hash } from 'node:crypto';

/** The namespace of every id sluice derives; drawn once, never to change. */
const NAMESPACE = Buffer.from('6f1d7a0c9b3e4c52a1d87e0f5b2c9d34', 'hex');

/**
 * A UUID version 5 (RFC 9562 §5.5) of the parts: the same parts always give the same id, so a redelivered message
 * produces an output under the id it already had.
 */
export function derivedId(...parts: readonly string[]): string {
  const name = Buffer.from(JSON.stringify(parts));
  const digest = createHash('sha1').update(NAMESPACE).update(name).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
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

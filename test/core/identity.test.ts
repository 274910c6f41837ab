import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derivedId } from '../../lib/core/identity.ts';

/** RFC 9562 §5.5 as it is written: SHA-1 of namespace and name, then version and variant. */
function versionFive(parts: readonly string[]): string {
  const namespace = Buffer.from('6f1d7a0c9b3e4c52a1d87e0f5b2c9d34', 'hex');
  const bytes = createHash('sha1').update(namespace).update(JSON.stringify(parts)).digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex').slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

test('law: an id is a UUID of version 5 of its parts, whatever characters they have', () => {
  const part = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      expect(derivedId(...parts)).toBe(versionFive(parts));
    }),
  );
});

test('law: long names have ids like short ones, and leave nothing behind for the next', () => {
  const part = fc
    .integer({ min: 600, max: 800 })
    .chain((n) => fc.constantFrom('x', 'é', '夜', '😀').map((c) => c.repeat(n)));
  fc.assert(
    fc.property(part, part, (one, other) => {
      expect(derivedId(one)).toBe(versionFive([one]));
      expect(derivedId('short')).toBe(versionFive(['short']));
      expect(derivedId(one, other)).toBe(versionFive([one, other]));
    }),
    { numRuns: 60 },
  );
});

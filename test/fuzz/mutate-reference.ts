import type { Draws } from '../../lib/testing/random.ts';

type Bag = Record<string, unknown>;

const KEYS = [
  'messages/m1',
  'halves/second/x',
  'decisions/x',
  'objects/../messages/m1',
  'produced/f1/mask',
  'objects/',
  '',
];

/** Changes one reference of a message, and nothing else: only whoever reads the object can tell. */
export function mutateReference(draws: Draws, message: Bag): Bag {
  const { objects, signal } = message as { objects?: Bag; signal?: { objects?: Bag } };
  const references = [...Object.values(objects ?? {}), ...Object.values(signal?.objects ?? {})] as Bag[];
  if (references.length === 0) return message;
  const change = draws.pick(CHANGES);
  const reference = draws.pick(references);
  Object.assign(reference, change(draws, reference));
  return message;
}

/** What the reference says instead. */
const CHANGES: readonly ((draws: Draws, reference: Bag) => Bag)[] = [
  (draws) => ({ size: draws.pick([0, 1, 9, 11, 1_001, 2 ** 31, 2 ** 40, 2 ** 53 - 1]) }),
  (draws) => ({ key: draws.pick(KEYS) }),
  (draws) => ({ bucket: draws.pick(['allowed', 'elsewhere', '']) }),
  (draws, { sha256 }) => ({ sha256: draws.pick(['', '0'.repeat(64), String(sha256).toUpperCase()]) }),
  () => ({ deleteAfter: 'accepted' }),
];

import type { Draws } from '../../lib/testing/random.ts';

type Bag = Record<string, unknown>;

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values that pass for nothing. */
const EMPTY: readonly unknown[] = [null, false, 0, '', [], {}];

/** Values that programs forget about. */
const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 0.5, 2, 1e21, 1e308, 5e-324, 2 ** 53, 8.64e15, -8.64e15, 8.64e15 + 1],
  ...[
    '',
    ' ',
    '0',
    'null',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'then',
    'data',
    'signal',
    'answer',
  ],
  ...[
    '\u0000',
    '\u001b[2J',
    '\ufffe\uffff',
    '\u2028',
    '\ufeff',
    '../../x',
    'messages/x',
    'halves/second/x',
    '%00',
    '#',
  ],
  ...['x'.repeat(129), 'x'.repeat(300)],
  ...[[], {}, [[]], [null], { length: 1e9 }, { toJSON: 1 }, nested(20), nested(400), nested(600)],
];

/** The same, but large: they cost time, so they are rare. */
const LARGE: readonly unknown[] = [
  '€'.repeat(40_000),
  Array.from({ length: 3_000 }, (_, i) => i),
  Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, {}])),
];

/** An odd value of the caller's own. */
function odd(draws: Draws): unknown {
  const dice = draws.next();
  return structuredClone(draws.pick(dice < 0.005 ? LARGE : dice < 0.3 ? EMPTY : ODD));
}

const KEYS = [
  '__proto__',
  'constructor',
  '',
  'v',
  'id',
  'flow',
  'kind',
  'from',
  'ts',
  'offloaded',
  'objects',
  'signal',
  'x',
];
/** Fields that most messages do not have, so that little has ever looked at them. */
const OPTIONAL = ['offloaded', 'fair', 'trace', 'deadline', 'hop', 'sent', 'reply', 'audit', 'objects', 'contentType'];
const REFERENCE_KEYS = ['bucket', 'key', 'size', 'sha256', 'contentType', 'deleteAfter'];

/** Changes a message in some of its parts; the message is the caller's own. */
export function mutateValue(draws: Draws, message: Bag): Bag {
  for (let left = 1 + Math.floor(draws.between(0, 3)); left > 0; left -= 1) {
    const [whole, ...inner] = bagsIn(message);
    // What a message carries is changed more often than what makes it one, which ends it early.
    const bag = inner.length > 0 && draws.next() < 0.75 ? draws.pick(inner) : whole;
    const keys = Object.keys(bag);
    const key = keys.length > 0 && draws.next() < 0.8 ? draws.pick(keys) : draws.pick([...KEYS, ...REFERENCE_KEYS]);
    draws.pick(CHANGES)(draws, bag, key, whole);
  }
  return message;
}

/** Changes of one key of one object. */
const CHANGES: readonly ((draws: Draws, bag: Bag, key: string, message: Bag) => void)[] = [
  (_, bag, key) => void delete bag[key],
  (draws, bag, key) => put(bag, key, odd(draws)),
  (draws, bag, key) => put(bag, key, odd(draws)),
  (draws, _bag, _key, message) => put(message, draws.pick(OPTIONAL), odd(draws)),
  (draws, bag, key) => {
    put(bag, draws.pick(KEYS), own(bag, key));
    delete bag[key];
  },
  (draws, bag, key) => put(bag, draws.pick(Object.keys(bag).concat('x')), own(bag, key)),
  (_, bag, key) => put(bag, key, [own(bag, key)]),
  (_, bag, key) => put(bag, key, JSON.stringify(own(bag, key))),
  (_, bag, key) => put(bag, key, { bucket: 'objects', key: 'messages/m1', size: 3, sha256: '0'.repeat(64) }),
];

const own = (bag: Bag, key: string): unknown => (Object.hasOwn(bag, key) ? bag[key] : undefined);

/** As a key of its own, `__proto__` included: as JSON has it. */
function put(bag: Bag, key: string, value: unknown): void {
  Object.defineProperty(bag, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The object itself and some of those in it. */
function bagsIn(message: Bag): readonly [Bag, ...Bag[]] {
  const found: [Bag, ...Bag[]] = [message];
  for (let at = 0; at < found.length && found.length < 20; at += 1) {
    for (const value of Object.values(found[at]!)) {
      if (typeof value === 'object' && value !== null) found.push(value as Bag);
    }
  }
  return found;
}

import type { Draws } from '../../lib/testing/random.ts';

/** Pieces of text that parsers stumble over. */
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u',
    '\\ud800',
    '\\udfff"',
    '\\u0000',
    'null',
    'NaN',
    'Infinity',
    '-',
    '1e999',
  ],
  ...[
    '-0',
    '1e-999',
    '0x1',
    '.5',
    'true',
    '"__proto__":{"a":1},',
    '"flow":"other",',
    '"kind":"answer",',
    '"v":2,',
    '"v":1e0,',
  ],
  ...['\u0000', '\ufeff', '\u2028', '\ufffe', '\ud800', '\t', ' ', '/**/', '// x\n', '<', '&#0;', '[[[[[[[[', '{"a":'],
  '['.repeat(600),
  '{"a":'.repeat(600),
];

/** Lists in lists, from what may be to what no stack holds. */
const DEEP = [400, 600, 20_000].map((depth) => '['.repeat(depth) + ']'.repeat(depth));

/** Changes the text of a message in some places. */
export function mutateText(draws: Draws, text: string): string {
  let changed = text;
  for (let left = 1 + Math.floor(draws.between(0, 4)); left > 0; left -= 1)
    changed = draws.pick(CHANGES)(draws, changed);
  return changed;
}

const CHANGES: readonly ((draws: Draws, text: string) => string)[] = [
  // One unit is another one.
  (draws, text) => splice(text, place(draws, text), 1, String.fromCharCode(Math.floor(draws.between(0, 0x80)))),
  (draws, text) => splice(text, place(draws, text), 1, String.fromCharCode(Math.floor(draws.between(0, 0x10000)))),
  // Bits flip.
  (draws, text) => {
    const at = place(draws, text);
    return splice(
      text,
      at,
      1,
      String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << Math.floor(draws.between(0, 8)))),
    );
  },
  (draws, text) => text.slice(0, place(draws, text)),
  (draws, text) => text.slice(place(draws, text)),
  (draws, text) => splice(text, place(draws, text), Math.floor(draws.between(1, 30)), ''),
  (draws, text) => splice(text, place(draws, text), 0, draws.pick(PIECES)),
  (draws, text) => {
    const at = place(draws, text);
    return splice(text, place(draws, text), 0, text.slice(at, at + Math.floor(draws.between(1, 60))));
  },
  // A number is a list in a list, deeper than a stack goes.
  (draws, text) => {
    const numbers = [...text.matchAll(/:\d[\d.]*/g)];
    if (numbers.length === 0) return text;
    const { index, 0: number } = draws.pick(numbers);
    return splice(text, index, number.length, `:${draws.pick(DEEP)}`);
  },
  // A key twice: the last one counts.
  (draws, text) => text.replace('{', `{${draws.pick(['"id"', '"flow"', '"data"', '"objects"', '"signal"'])}:1,`),
  (_, text) => text + text,
  (_, text) => JSON.stringify(text),
  (_, text) => `[${text}]`,
];

const place = (draws: Draws, text: string): number => Math.floor(draws.between(0, text.length + 1));
const splice = (text: string, at: number, remove: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + remove);

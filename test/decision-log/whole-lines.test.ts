import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeLines } from '../../lib/runtime/log/whole-lines.ts';

type Piece = readonly [text: string, offset: number, last: boolean];

/** What the lines of a file of these chunks are, piece by piece. */
async function linesOf(chunks: readonly (string | Uint8Array)[], most?: number): Promise<Piece[]> {
  const bytes = async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new Uint8Array(Buffer.from(chunk)) : chunk;
  };
  const pieces: Piece[] = [];
  for await (const { bytes: piece, offset, last } of wholeLines({ name: 'log', bytes }, most)) {
    pieces.push([piece.toString(), offset, last]);
  }
  return pieces;
}

describe('the lines of a file', () => {
  test('come in pieces that end with them, and say where they lie', async () => {
    expect(await linesOf([])).toEqual([]);
    expect(await linesOf(['', ''])).toEqual([]);
    expect(await linesOf(['a\nb\n'])).toEqual([['a\nb\n', 0, false]]);
    expect(await linesOf(['a\nb\n', 'c\n'])).toEqual([
      ['a\nb\n', 0, false],
      ['c\n', 4, false],
    ]);
    expect(await linesOf(['a\nb', 'c', '', 'd\ne\nf', '\ng', 'h'])).toEqual([
      ['a\n', 0, false],
      ['bcd\n', 2, false],
      ['e\n', 6, false],
      ['f\n', 8, false],
      ['gh', 10, true],
    ]);
  });

  test('are all there, however they are cut, packed or not', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '\n'), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
        fc.boolean(),
        async (of, cuts, packed) => {
          const bytes = packed ? gzipSync(of) : Buffer.from(of);
          const ends = [...cuts.sort((a, b) => a - b), bytes.length];
          const pieces = await linesOf(ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)));
          expect(pieces.map(([piece]) => piece).join('')).toBe(of);
          let offset = 0;
          for (const [i, [piece, at, last]] of pieces.entries()) {
            expect([at, last]).toEqual([offset, !piece.endsWith('\n')]);
            expect(last && i < pieces.length - 1).toBe(false);
            offset += Buffer.byteLength(piece);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('longer than they may be come in parts, and the line behind them is whole again', async () => {
    expect(await linesOf(['abc', 'd', 'efg', 'h\ni\n'], 4)).toEqual([
      ['abcdefg', 0, true],
      ['h\ni\n', 7, false],
    ]);
    expect(await linesOf(['abc', 'de', 'f', 'g\nh'], 4)).toEqual([
      ['abcde', 0, true],
      ['fg\n', 5, false],
      ['h', 8, true],
    ]);
  });

  test('outlive the buffer they were read into, until the next are asked for', async () => {
    const buffer = Buffer.alloc(3);
    const bytes = async function* () {
      for (const text of ['a\nb', 'b\nc', 'cc\n']) {
        buffer.write(text);
        yield buffer;
      }
    };
    const pieces: string[] = [];
    for await (const { bytes: piece } of wholeLines({ name: 'log', bytes })) pieces.push(piece.toString());
    expect(pieces).toEqual(['a\n', 'bb\n', 'ccc\n']);
  });
});

describe('a packed file', () => {
  const text = Array.from({ length: 500 }, (_, i) => `${Math.imul(i, 2_654_435_761)}\n`).join('');
  const packed = gzipSync(text);
  const read = async (...chunks: readonly Uint8Array[]) => (await linesOf(chunks)).map(([piece]) => piece).join('');

  test('is known by its first byte, wherever that comes', async () => {
    expect(await read(new Uint8Array(), packed.subarray(0, 1), new Uint8Array(), packed.subarray(1))).toBe(text);
    expect(await read(packed, packed)).toBe(text + text);
  });

  test('that is cut, or damaged, gives what could be unpacked', async () => {
    const half = await read(packed.subarray(0, 1_000));
    expect(half.length).toBeGreaterThan(100);
    expect(text.startsWith(half)).toBe(true);
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, packed.length - 8);
    expect(await linesOf([packed, damaged])).toEqual([
      [text, 0, false],
      ['', text.length, true],
    ]);
    // Of these there is nothing to unpack.
    expect(await linesOf([packed.subarray(0, 5)])).toEqual([['', 0, true]]);
    expect(await linesOf([Buffer.from([0x1f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])])).toEqual([['', 0, true]]);
  });

  test('that cannot be read any further says so', async () => {
    const away = new Error('the store is away');
    for (const begin of [packed.subarray(0, 20), Buffer.from('a\n')]) {
      const bytes = async function* () {
        yield begin;
        throw away;
      };
      const reading = (async () => {
        for await (const _ of wholeLines({ name: 'log', bytes }));
      })();
      await expect(reading).rejects.toBe(away);
    }
  });
});

test('whoever stops reading lets go of the file, where there is something to let go', async () => {
  for (const first of [Buffer.from('a\n'), gzipSync('a\n')]) {
    let released = 0;
    const chunks = {
      next: async () => ({ done: false, value: first }) as const,
      return: async () => {
        released += 1;
        return { done: true, value: undefined } as const;
      },
    };
    for await (const _ of wholeLines({ name: 'log', bytes: () => ({ [Symbol.asyncIterator]: () => chunks }) })) break;
    for (let turn = 0; turn < 10 && released === 0; turn += 1) await new Promise(setImmediate);
    expect(released).toBe(1);
  }
  const given = [Buffer.from('a\n')];
  const bare = { next: async () => ({ done: given.length === 0, value: given.shift() as Buffer }) };
  const pieces: string[] = [];
  for await (const { bytes } of wholeLines({ name: 'log', bytes: () => ({ [Symbol.asyncIterator]: () => bare }) })) {
    pieces.push(bytes.toString());
  }
  expect(pieces).toEqual(['a\n']);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, type Envelope, encode } from '../../lib/core/envelope.ts';

/** Every character a message may hold: XML 1.0 §2.2, which SQS asks of its bodies. */
const XML_LEGAL = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

const text = fc.string({ unit: 'binary', maxLength: 30 });
const odd = fc.oneof(
  text,
  fc.constantFrom('\uFFFE', '\uFFFF', '\u0000', '\u001F', '\u007F', '\u2028', '\uD800', '"\\'),
);
const json = fc.jsonValue({ depthSize: 'small' });
const flow = text.filter((id) => id !== '' && id.isWellFormed() && Buffer.byteLength(id) <= 128);
const reference = fc.record({
  bucket: odd,
  key: odd,
  size: fc.nat(),
  sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
});
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const signal = fc.record(
  {
    output: json,
    tier: odd,
    version: odd,
    score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    objects: fc.dictionary(odd, reference),
  },
  { requiredKeys: ['output', 'tier', 'version'] },
);
const common = {
  v: fc.constant(1 as const),
  id: odd.filter((id) => id !== ''),
  flow,
  from: fc.record({ name: odd, version: odd }),
  ts: time,
  sent: time,
  hop: fc.nat(),
};
const envelope = fc.oneof(
  fc.record(
    {
      ...common,
      kind: fc.constant('data'),
      data: json,
      objects: fc.dictionary(odd, reference),
      deadline: time,
      fair: odd,
    },
    { requiredKeys: ['v', 'id', 'flow', 'from', 'ts', 'sent', 'hop', 'kind'] },
  ),
  fc.record(
    { ...common, kind: fc.constantFrom('signal', 'answer'), signal, data: json },
    { requiredKeys: ['v', 'id', 'flow', 'from', 'ts', 'sent', 'hop', 'kind', 'signal'] },
  ),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Envelope>;

describe('envelopes', () => {
  test('law: what is written is read back unchanged, and is text that SQS takes', () => {
    fc.assert(
      fc.property(envelope, (message) => {
        const body = encode(message);
        expect(XML_LEGAL.test(body)).toBe(true);
        expect(decode(body, {})).toEqual(JSON.parse(JSON.stringify(message)));
      }),
      { numRuns: 500 },
    );
  });

  test('law: every character of Unicode survives, those that XML forbids included', () => {
    const message = (data: string): Envelope => ({
      ...{ v: 1, id: 'i', flow: 'f', kind: 'data', from: { name: 'client', version: '1' }, ts: 0, sent: 0, hop: 0 },
      data,
    });
    for (let from = 0; from < 0x110000; from += 0x1000) {
      let data = '';
      for (let c = from; c < from + 0x1000; c += 1) if (c < 0xd800 || c > 0xdfff) data += String.fromCodePoint(c);
      const body = encode(message(data));
      expect(XML_LEGAL.test(body)).toBe(true);
      expect((decode(body, {}) as Envelope).data).toBe(data);
    }
  });

  test('law: a flow id with a lone surrogate is refused, however it is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), fc.integer({ min: 0xd800, max: 0xdfff }), (around, unit) => {
        const id = `${around}${String.fromCharCode(unit)} ${around}`;
        const body = JSON.stringify({ v: 1, id: 'i', flow: id, kind: 'data' });
        expect(() => decode(body, {})).toThrow(expect.objectContaining({ code: 'flow-id-invalid' }));
      }),
    );
  });

  test('law: no text makes decode throw anything but an error of its own', () => {
    const mangled = fc.tuple(envelope, fc.nat(), text).map(([message, at, put]) => {
      const body = encode(message);
      const cut = at % (body.length + 1);
      return body.slice(0, cut) + put + body.slice(cut + put.length);
    });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          json.map((v) => JSON.stringify(v)),
          mangled,
        ),
        (body) => {
          try {
            decode(body, { tier: 't' });
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^(envelope|flow-id)-/), retry: 'never' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('fields it does not know are no reason to refuse a message', () => {
    const body =
      '{"v":1,"id":"i","flow":"f","kind":"data","from":{"name":"a","version":"1"},"ts":0,"sent":0,"hop":0,"new":1}';
    expect(decode(body, {})).toMatchObject({ flow: 'f' });
  });
});

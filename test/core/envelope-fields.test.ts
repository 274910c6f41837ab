import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../lib/core/envelope.ts';
import { checkFlowId } from '../../lib/core/flow-id.ts';
import { refusal } from '../../lib/core/message-limits.ts';
import { nestsDeeper } from '../../lib/core/nesting.ts';

/* What a stranger may write into a message: each field is checked by itself, and the refusal says which one is wrong. */

const FIX = '\n  → Send with connect(…).send, or write an envelope as docs/envelope.md says.';
const reference = { bucket: 'b', key: 'k', size: 0, sha256: 'x' };
const data = {
  v: 1,
  id: 'i',
  flow: 'f',
  kind: 'data',
  from: { name: 'client', version: '1' },
  ts: 1,
  sent: 1,
  hop: 0,
};
const predicted = { output: null, tier: 't', version: '1' };
const signal = { ...data, kind: 'signal', signal: predicted };
const said = (body: unknown) => decode(JSON.stringify(body), { queue: 'q' });

describe('an envelope is refused for', () => {
  test.each<[string, object]>([
    ['has no id of 1 to 256 characters', { id: '' }],
    ['has no id of 1 to 256 characters', { id: 7 }],
    ['has no id of 1 to 256 characters', { id: 'i'.repeat(257) }],
    ['is of no kind: data, signal or answer', { kind: 'other' }],
    ['is of no kind: data, signal or answer', { kind: undefined }],
    ['does not say who sent it', { from: undefined }],
    ['does not say who sent it', { from: { name: 'client' } }],
    ['does not say who sent it', { from: { version: '1' } }],
    ['does not say who sent it', { from: { name: 'n'.repeat(257), version: '1' } }],
    ['has no event time', { ts: undefined }],
    ['has no event time', { ts: 'today' }],
    ['has no event time', { ts: 9e15 }],
    ['was sent at no time', { sent: 'today' }],
    ['has a deadline that is no time', { deadline: 'today' }],
    ['has a hop that is no count', { hop: -1 }],
    ['has a hop that is no count', { hop: 0.5 }],
    ['has a fair group that is no text', { fair: 7 }],
    ['has a trace without its traceparent', { trace: {} }],
    ['has a trace without its traceparent', { trace: { traceparent: 7 } }],
    ['has a trace without its traceparent', { trace: { traceparent: 't', tracestate: 7 } }],
    ['has no signal', { kind: 'signal' }],
    ['has no signal', { kind: 'answer', signal: 7 }],
    ['has no signal', { kind: 'answer', signal: null }],
    ['does not say who predicted its signal', { kind: 'signal', signal: { ...predicted, tier: undefined } }],
    ['does not say who predicted its signal', { kind: 'answer', signal: { ...predicted, version: 7 } }],
    ['has objects that are no references', { objects: 7 }],
    ['has objects that are no references', { objects: null }],
    ['has objects that are no references', { kind: 'signal', signal: { ...predicted, objects: 'x' } }],
    ['has an object "o" without bucket, key, size or sha256', { objects: { o: null } }],
    ['has an object "o" without bucket, key, size or sha256', { objects: { o: { ...reference, bucket: 7 } } }],
    ['has an object "o" without bucket, key, size or sha256', { objects: { o: { ...reference, key: undefined } } }],
    ['has an object "o" without bucket, key, size or sha256', { objects: { o: { ...reference, sha256: null } } }],
    ['has an object "o" without bucket, key, size or sha256', { objects: { o: { ...reference, size: -1 } } }],
    ['has an object "o" without bucket, key, size or sha256', { objects: { o: { ...reference, contentType: 7 } } }],
    ['has an object "offloaded" without bucket, key, size or sha256', { offloaded: { ...reference, size: undefined } }],
    ['has no version', { v: undefined }],
    ['has no version', { v: '1' }],
    ['has a version that never was', { v: 0 }],
    ['has a version that never was', { v: 0.5 }],
  ])('it %s', (problem, wrong) => {
    const flow = 'v' in wrong ? '' : ', flow "f"';
    expect(() => said({ ...data, ...wrong })).toThrow(
      expect.objectContaining({
        code: 'envelope-invalid',
        message: `the message ${problem} (queue "q"${flow})${FIX}`,
        retry: 'never',
      }),
    );
  });

  test.each([['[]'], ['null'], ['7'], ['"text"']])('it is %s', (body) => {
    expect(() => decode(body, {})).toThrow(`the message is not an object${FIX}`);
  });

  test('its text is none', () => {
    expect(() => decode('', { tier: 't' })).toThrow(`the message is empty (tier "t")${FIX}`);
    expect(() => decode('{', { tier: 't' })).toThrow(`the message is not JSON: 1 characters (tier "t")${FIX}`);
    expect(() => decode('{', {})).toThrow(
      expect.objectContaining({ code: 'envelope-not-json', retry: 'never', cause: expect.any(SyntaxError) }),
    );
  });

  test('it is of a version to come', () => {
    const later = { code: 'envelope-version', retry: 'never' };
    expect(() => said({ v: 2, flow: 'f'.repeat(200) })).toThrow(
      expect.objectContaining({ ...later, place: { queue: 'q', flow: 'f'.repeat(128) } }),
    );
    expect(() => said({ v: 2, flow: 7 })).toThrow(expect.objectContaining({ ...later, place: { queue: 'q' } }));
    expect(() => said({ v: 1.5 })).toThrow(
      /^the message is of envelope version 1\.5; this code reads 1 [\s\S]*→ Deploy this tier with the sluice version that sent the message, then redrive\.$/,
    );
  });

  test('it nests deeper than 500 levels', () => {
    const nested = (levels: number): string =>
      JSON.stringify(data).replace('}', `},"data":${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(decode(nested(499), {})).toMatchObject({ flow: 'f' });
    expect(() => decode(nested(500), {})).toThrow(`the message nests deeper than 500 levels${FIX}`);
  });
});

test('an envelope may leave out what it does not need, and name what it likes up to 256 characters', () => {
  const { sent: _, hop: __, ...least } = data;
  for (const message of [
    least,
    signal,
    { ...signal, kind: 'answer' },
    { ...data, id: 'i'.repeat(256), from: { name: 'n'.repeat(256), version: '' } },
    { ...data, deadline: 0, fair: '', trace: { traceparent: 't' } },
    { ...data, trace: { traceparent: 't', tracestate: 's' } },
    { ...data, objects: { o: reference, p: { ...reference, contentType: 'a/b' } } },
    { ...signal, signal: { ...predicted, objects: { o: reference } } },
    { v: 1, flow: 'f', offloaded: reference },
  ])
    expect(said(message)).toEqual(message);
});

test('characters that XML forbids are written as JSON escapes', () => {
  const message = { ...data, data: '\uFFFE and \uFFFF' } as never;
  expect(encode(message)).toContain('"data":"\\ufffe and \\uffff"');
});

describe('brackets', () => {
  test.each([
    ['[[1]]', 1, true],
    ['[[1]]', 2, false],
    ['[{"a":[]}]', 2, true],
    ['[{"a":[]}]', 3, false],
    ['[[],[],[]]', 2, false],
    ['{"a":{},"b":{}}', 1, true],
    ['{"a":{},"b":{}}', 2, false],
    ['["[[[["]', 1, false],
    ['["\\"[[[["]', 1, false],
    ['["\\\\",[[]]]', 2, true],
    ['["\\\\",[]]', 2, false],
    ['["[[[[', 1, false],
  ])('of %s nest deeper than %i: %s', (body, levels, deeper) => {
    expect(nestsDeeper(body, levels)).toBe(deeper);
  });
});

describe('a flow id', () => {
  test.each<[unknown, string, object]>([
    [undefined, 'is missing', {}],
    [null, 'is missing', {}],
    [new Uint8Array(3), 'is a byte array, not a string', {}],
    [7, 'is a number, not a string', {}],
    ['', 'is empty', { flow: '' }],
    ['\uD800', 'is not valid Unicode (it holds a lone surrogate)', { flow: '\uFFFD' }],
    ['ü'.repeat(65), 'is 130 bytes long', { flow: 'ü'.repeat(64) }],
  ])('%j is refused, and the problem is said', (id, problem, place) => {
    expect(() => checkFlowId(id)).toThrow(
      expect.objectContaining({
        code: 'flow-id-invalid',
        problem: `the flow id ${problem}`,
        place,
        fix: 'Use 1 to 128 bytes of UTF-8; write binary ids as hex or base64url.',
        retry: 'never',
      }),
    );
  });
});

describe('a message for a queue', () => {
  const MiB = 1_048_576;
  test('may have a mebibyte of UTF-8', () => {
    expect(refusal('q', { body: 'x'.repeat(MiB) })).toBeUndefined();
    expect(refusal('q', { body: `${'€'.repeat(MiB / 4)}` })).toBeUndefined();
    expect(refusal('q', { body: 'x'.repeat(MiB + 1) })).toMatchObject({
      code: 'message-too-large',
      message:
        'a message of 1048577 bytes is above the 1048576 of a queue (queue "q")\n' +
        '  → Send the payload as an object and its reference in the message.',
      details: { bytes: MiB + 1, limit: MiB },
      retry: 'never',
    });
    expect(refusal('q', { body: '€€' }, 5)).toMatchObject({ details: { bytes: 6, limit: 5 } });
    expect(refusal('q', { body: '€€' }, 6)).toBeUndefined();
  });

  test('may be delayed by a quarter of an hour', () => {
    expect(refusal('q', { body: '', delayMs: 900_000 })).toBeUndefined();
    expect(refusal('q', { body: '', delayMs: 900_001 })).toMatchObject({
      code: 'queue-failed',
      message:
        'a message cannot be delayed by 900001 ms (queue "q")\n' +
        '  → SQS delays by at most 900000 ms; send it later, or hide it once it is received.',
      details: { delayMs: 900_001, limit: 900_000 },
      retry: 'never',
    });
  });
});

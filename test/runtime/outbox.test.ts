import { describe, expect, test } from 'vitest';
import type { Envelope } from '../../lib/core/envelope.ts';
import { sha256 } from '../../lib/core/identity.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { OutgoingMessage } from '../../lib/ports/queue.ts';
import { post, toBody } from '../../lib/runtime/outbox.ts';

/* How messages leave: as they are where they are small, by reference where they are large, not at all where they are neither. */

const KiB = 1_024;
const message = (data: unknown, id = 'm'): Envelope => ({
  v: 1,
  id,
  flow: 'f',
  kind: 'data',
  from: { name: 'client', version: '1' },
  ts: 0,
  sent: 0,
  hop: 0,
  data,
});
const EMPTY = Buffer.byteLength(JSON.stringify(message('')));

/** A cloud that keeps what it is given; `refuse` answers for queues that do not take everything. */
function keeping(refuse: (queue: string) => (Error | undefined)[] = () => []) {
  const puts: { key: string; bytes: Buffer; contentType: string | undefined }[] = [];
  const sends: { queue: string; messages: readonly OutgoingMessage[] }[] = [];
  const cloud = {
    objects: {
      put: async (key: string, bytes: Uint8Array, options: { contentType?: string } = {}) => {
        puts.push({ key, bytes: Buffer.from(bytes), contentType: options.contentType });
        return { bucket: 'b', key, size: bytes.byteLength, sha256: sha256(bytes) };
      },
    },
    queue: (queue: string) => ({
      send: async (messages: readonly OutgoingMessage[]) => {
        sends.push({ queue, messages });
        return refuse(queue);
      },
    }),
  } as unknown as Cloud;
  return { cloud, puts, sends };
}

describe('a message', () => {
  test.each([
    ['one byte a character', 'x', 1],
    ['three bytes a character', '€', 3],
  ])('of 64 KiB travels as it is, and one byte more by reference: %s', async (_, character, bytes) => {
    const room = 64 * KiB - EMPTY;
    const text = character.repeat(Math.floor(room / bytes)) + 'x'.repeat(room % bytes);
    const { cloud, puts } = keeping();
    expect(await toBody(cloud, message(text))).toEqual({ body: JSON.stringify(message(text)), puts: 0 });
    expect(puts).toEqual([]);

    const large = message(`${text}x`);
    const { body, puts: made } = await toBody(cloud, large);
    const whole = Buffer.from(JSON.stringify(large));
    const key = `messages/m/${sha256(whole).slice(0, 16)}`;
    expect(made).toBe(1);
    expect(puts).toEqual([{ key, bytes: whole, contentType: 'application/json' }]);
    expect(JSON.parse(body)).toEqual({
      v: 1,
      flow: 'f',
      offloaded: { bucket: 'b', key, size: 64 * KiB + 1, sha256: sha256(whole) },
    });
  });

  test('of the same id and another content does not write over the first', async () => {
    const { cloud, puts } = keeping();
    await toBody(cloud, message('a'.repeat(70 * KiB)));
    await toBody(cloud, message('b'.repeat(70 * KiB)));
    expect(new Set(puts.map(({ key }) => key)).size).toBe(2);
  });

  test('larger than any may be is refused by its size', async () => {
    const { cloud, puts } = keeping();
    const size = 64 * KiB * KiB;
    await expect(toBody(cloud, message('x'.repeat(size - EMPTY + 1)))).rejects.toMatchObject({
      code: 'message-too-large',
      message:
        `the message is ${size + 1} bytes; at most ${size} bytes are allowed (flow "f")\n` +
        '  → Declare the large part under objects and send it as bytes: it is then fetched only where it is read.',
      retry: 'never',
    });
    expect(puts).toEqual([]);
  });

  test('that is no JSON is refused, and why', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    let deep: unknown = 1;
    for (let level = 0; level < 500; level += 1) deep = [deep];
    const fix = '\n  → Data, predictions and signals must survive JSON; send bytes as objects.';
    const refused = async (data: unknown) =>
      (async () => toBody(keeping().cloud, message(data)))().catch((error: Error & { code: string; retry: string }) => {
        expect(error).toMatchObject({ code: 'data-invalid', retry: 'never' });
        return error.message;
      });
    expect(await refused(1n)).toMatch(/^the message is not JSON: .*BigInt/);
    expect(await refused(circle)).toMatch(/^the message is not JSON: .*circular/);
    expect(await refused(deep)).toBe(`the message nests deeper than 500 levels (flow "f")${fix}`);
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(await refused(deep)).toBe(`the message nests deeper than 500 levels (flow "f")${fix}`);
  });
});

describe('posting', () => {
  test('takes one call for each queue, and says of each message what became of it, in order', async () => {
    const refused = new Error('full');
    const { cloud, sends } = keeping((queue) => (queue === 'b' ? [undefined, refused] : []));
    const posted = await post(cloud, [
      { queue: 'a', message: message(1), group: 'shop', delayMs: 5 },
      { queue: 'b', message: message(2) },
      { queue: 'a', message: message('x'.repeat(70 * KiB)) },
      { queue: 'b', message: message(3) },
      { queue: 'a', message: message(4n) },
    ]);
    expect(posted).toEqual([
      { puts: 0 },
      { puts: 0 },
      { puts: 1 },
      { puts: 0, error: refused },
      { puts: 0, error: expect.objectContaining({ code: 'data-invalid' }) },
    ]);
    expect(sends.map(({ queue, messages }) => [queue, messages.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(sends[0]!.messages[0]).toEqual({ body: JSON.stringify(message(1)), group: 'shop', delayMs: 5 });
    expect(sends[1]!.messages[0]).toEqual({ body: JSON.stringify(message(2)) });
  });

  test('a queue that is away fails its own messages alone', async () => {
    const { cloud } = keeping((queue) => {
      if (queue === 'b') throw new Error('no route');
      return [];
    });
    expect(
      await post(cloud, [
        { queue: 'b', message: message(1) },
        { queue: 'a', message: message(2) },
        { queue: 'b', message: message(3) },
      ]),
    ).toMatchObject([{ error: { message: 'no route' } }, { puts: 0 }, { error: { message: 'no route' } }]);
  });

  test('of nothing calls nobody', async () => {
    const { cloud, sends } = keeping();
    expect(await post(cloud, [])).toEqual([]);
    expect(sends).toEqual([]);
  });
});

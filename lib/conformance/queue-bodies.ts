import { codeOf, equal } from './assert.ts';
import { type Backend, checksOf } from './check.ts';
import { collect, collectOne, nothing, sendAll } from './receiving.ts';

const MIB = 2 ** 20;

/** Text from which every character of XML 1.0 is near: what JSON escapes, what XML escapes, and the edges of its ranges. */
const ODD = [
  'plain',
  '<a href="x">&amp; \'q\' ]]></a>',
  'tab\tnewline\ncarriage return\r\nend',
  '\u007f\u0085\u00a0\u2028\u2029\ufeff',
  'é ß 日本語 العربية हिन्दी e\u0301',
  '🪣 👩‍👩‍👧‍👦 \u{10000} \u{10fffd}',
  '\ud7ff \ue000 \ufffd',
  '\u0000 \u0001 \u001f \ufffe \uffff'.replace(/[^ ]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  '   spaces around   ',
  '%20 + %25 \\ " / ?#',
];

async function roundTrip(backend: Backend, bodies: readonly string[]): Promise<void> {
  const { queue } = await backend.queue({});
  await sendAll(queue, bodies);
  const received = (await collect(backend, queue, bodies.length)).map(({ body }) => body);
  // Long bodies would make the message of a failure unreadable.
  const odd = bodies.filter((body) => !received.includes(body)).map((body) => body.slice(0, 50));
  equal(odd, [], 'bodies that did not come back as they were');
}

/** What a message may hold. */
export const queueBodies = checksOf('queue', {
  'returns every character that XML can hold': (backend) => roundTrip(backend, ODD),

  'returns JSON of any text': (backend) =>
    roundTrip(
      backend,
      ODD.map((text) => JSON.stringify({ text })),
    ),

  'takes bodies above 256 KiB': (backend) => roundTrip(backend, ['a'.repeat(256 * 1_024 + 1), 'b'.repeat(700_000)]),

  'takes a body of 1 MiB': (backend) => roundTrip(backend, ['x'.repeat(MIB)]),

  'sends together what is above 1 MiB together': (backend) =>
    roundTrip(
      backend,
      Array.from({ length: 12 }, (_, i) => `${i}`.padEnd(200_000, 'x')),
    ),

  'refuses a body of 1 MiB and a byte without a trace': async (backend) => {
    const { queue } = await backend.queue({});
    const [error] = await queue.send([{ body: 'x'.repeat(MIB + 1) }]);
    equal(await codeOf(Promise.reject(error)), 'message-too-large', 'code of the error');
    await nothing(queue, 'after it was refused');
    equal(await queue.depth(), { ready: 0, delayed: 0, inFlight: 0 }, 'depth');
  },

  'measures a body in bytes of UTF-8, and sends the messages beside a refused one': async (backend) => {
    const { queue } = await backend.queue({});
    const outcome = await queue.send([
      { body: '"before"' },
      { body: 'é'.repeat(MIB / 2 + 1) },
      { body: '"late"', delayMs: 900_001 },
      { body: '"after"' },
    ]);
    const codes = outcome.map((error) => (error as { code?: string } | undefined)?.code);
    equal(codes, [undefined, 'message-too-large', 'queue-failed', undefined], 'codes, one a message, in order');
    const received = await collect(backend, queue, 2);
    equal(received.map(({ body }) => body).sort(), ['"after"', '"before"'], 'bodies');
  },

  'takes the longest delay': async (backend) => {
    const { queue } = await backend.queue({});
    const outcome = await queue.send([{ body: '"late"', delayMs: 900_000 }, { body: '"now"' }]);
    equal(
      outcome.map((error) => error?.message),
      [undefined, undefined],
      'errors',
    );
    equal((await collectOne(backend, queue)).body, '"now"', 'body');
  },
});

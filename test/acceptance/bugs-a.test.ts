import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyTier, LazyObject } from '../../lib/index.ts';
import { defineDestination, defineTier, drop, stream, tier } from '../../lib/index.ts';
import { deadLetterSources, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import type { TestCascade } from '../support/cascade.ts';
import { faults } from '../support/faults.ts';
import { started } from '../support/started.ts';
import { type Cheap, carrying, cheap, Guess, Item, joining } from '../support/tiers.ts';

const flows = (cascade: TestCascade): readonly string[] => cascade.answers.map((a) => a.flowId).sort();
const outputs = (cascade: TestCascade): readonly unknown[] => cascade.answers.map((a) => a.output);
const unsure = (): number => 0;
const sure = (): number => 1;
const count = (cascade: TestCascade, flow: string, decision: string): number =>
  cascade.decisions(flow).filter((d) => d === decision).length;

/** A signal of a tier `cheap` that could be any version of it, which is how one flow gets several. */
const signal = (guess: string, at: number, flow = 'f'): string =>
  JSON.stringify({
    v: 1,
    id: `signal ${guess}`,
    flow,
    kind: 'signal',
    from: { name: 'cheap', version: 'v1' },
    ts: at,
    sent: at,
    hop: 1,
    signal: { output: { guess, sure: 0 }, tier: 'cheap', version: 'v1' },
  });

/** The faults of severity A that the original system was found to have; each test fails on what it did. */
describe('wrong answers and lost work, made impossible', () => {
  test('A1 every definition can be made, with every option it has, and runs', async () => {
    const full = defineTier({
      name: 'cheap',
      input: Item,
      output: Guess,
      objects: { photo: { contentType: 'image/png', maxBytes: 1_000, deleteAfter: 'accepted' } },
      produces: { map: { contentType: 'image/png', maxBytes: 1_000 } },
      load: ({ version }) => version,
      predict: ({ data, model }) => ({ guess: `${model} ${data.n}`, sure: 0 }),
      satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
      gates: { data: (d) => d, destination: (o) => o, escalate: (o) => o },
      version: 'v7',
      timeout: '5s',
      memory: 512,
      batch: { size: 4, window: '100ms' },
      maxConcurrency: 3,
      workers: 0,
      delivery: 'once',
      pace: { minInterval: '10ms', onThrottle: 'queue' },
      retry: { maxAttempts: 2, backoff: '1s' },
      audit: 1,
      fairBy: ({ data }) => String(data.n),
    });
    const last = defineTier({
      name: 'dear',
      input: tier<{ default: typeof full }>('cheap'),
      signal: Guess,
      join: { data: stream('photos', Item), maxTimeDiff: '10s', ttl: '1h', signals: 'latest' },
      output: z.string(),
      predictBatch: (contexts) => contexts.map(({ signal }) => signal.guess),
      satisfied: { score: () => 0, atLeast: 1 },
      exhausted: 'accept',
    });
    const archived: unknown[] = [];
    const archive = defineDestination({
      name: 'archive',
      of: [tier<{ default: typeof last }>('dear')],
      handler: (answer) => void archived.push(answer.output),
      timeout: '5s',
      batch: { size: 10 },
      retry: { maxAttempts: 3, backoff: '1s' },
    });
    const cascade = await started({ tiers: [full, last], destination: archive });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: new Uint8Array(3) }, fair: 'a' });
    await cascade.send('dear.photos', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(archived).toEqual(['v7 1']);
  });

  test('A2 batching belongs to the queue: any batch, one by one or together, gives the same answers', async () => {
    const run = async (max: number, together: boolean): Promise<readonly string[]> => {
      const predictBatch = (contexts: readonly { data: { n: number } }[]) =>
        contexts.map(({ data }) => ({ guess: `cheap ${data.n}`, sure: data.n % 2 }));
      const first = cheap({ sure: (n) => n % 2, ...(together && { extra: { predict: undefined, predictBatch } }) });
      const cascade = await started({ tiers: [first, carrying()] });
      for (let n = 0; n < 7; n += 1) await cascade.send('cheap', { n }, { flowId: `f${n}` });
      while ((await cascade.deliver('cheap', { max })) > 0);
      await cascade.drain();
      return cascade.answers.map((a) => `${a.id} ${JSON.stringify(a.output)}`).sort();
    };
    const one = await run(1, false);
    expect(one).toHaveLength(7);
    for (const max of [2, 3, 7]) {
      expect(await run(max, false)).toEqual(one);
      expect(await run(max, true)).toEqual(one);
    }
  });

  test('A3 both tiers get every item they need: 4 unsure items, sent once, are 4 answers', async () => {
    const cascade = await started({ tiers: [cheap({ sure: unsure }), carrying()] });
    for (const n of [0, 1, 2, 3]) await cascade.send('cheap', { n }, { flowId: `f${n}` });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f1', 'f2', 'f3']);
    expect(outputs(cascade)).toContainEqual({ guess: 'dear 3 after cheap 3' });
  });

  test('A4 halves that reach different replicas meet, in either order', async () => {
    for (const [here, there] of [
      ['dear', 'dear.photos'],
      ['dear.photos', 'dear'],
    ] as const) {
      const tiers = [cheap(), joining()] as AnyTier[];
      const one = await started({ tiers });
      const two = await started({ tiers, wrap: () => one.cloud });
      await one.send('cheap', { n: 1 }, { flowId: 'f' });
      await one.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await one.deliver('cheap');
      await one.deliver(here);
      await two.deliver(there);
      await one.drain();
      expect(flows(one)).toEqual(['f']);
    }
  });

  test('A5 a throttled message waits for its turn and is answered: a burst of 5 is 5 answers', async () => {
    const paced = cheap({ sure, extra: { pace: { minInterval: '200ms' } } });
    const cascade = await started({ tiers: [paced, carrying()] });
    for (let n = 0; n < 5; n += 1) await cascade.send('cheap', { n }, { flowId: `f${n}` });
    await cascade.deliver('cheap');
    expect((await cascade.cloud.queue('cheap').depth()).inFlight).toBe(4);
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('A6 the interval holds over all replicas together', async () => {
    const ran: number[] = [];
    const predict = ({ data }: { data: { n: number } }) => {
      ran.push(one.clock.now());
      return { guess: String(data.n), sure: 1 };
    };
    const tiers = [cheap({ extra: { predict, pace: { minInterval: '1s' } } }), carrying()] as AnyTier[];
    const one = await started({ tiers });
    const two = await started({ tiers, clock: one.clock, wrap: () => one.cloud });
    for (let n = 0; n < 8; n += 1) await one.send('cheap', { n });
    for (let round = 0; ran.length < 8 && round < 10_000; round += 1) {
      await Promise.all([one.deliver('cheap', { max: 2 }), two.deliver('cheap', { max: 2 })]);
      one.clock.advance(50);
    }
    expect(ran).toHaveLength(8);
    expect(Math.min(...ran.slice(1).map((at, i) => at - ran[i]!))).toBeGreaterThanOrEqual(1_000);
  });

  test('A7 each gate out sees its own verdict’s predictions, and none that were not made', async () => {
    const seen: unknown[] = [];
    const spy = (gate: string) => (value: unknown) => {
      seen.push([gate, value]);
      return value;
    };
    const gates = { gates: { destination: spy('destination'), escalate: spy('escalate') } };
    const cascade = await started({ tiers: [cheap({ sure: (n) => n, extra: gates }), joining(gates)] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'sure' });
    await cascade.send('cheap', { n: 0 }, { flowId: 'unsure' });
    await cascade.drain();
    expect(seen).toEqual([
      ['destination', { guess: 'cheap 1', sure: 1 }],
      ['escalate', { guess: 'cheap 0', sure: 0 }],
    ]);
  });

  test('A8 a gate need not be ready for nothing: while a half waits, no gate out is called', async () => {
    const shout = (output: { guess: string }) => ({ guess: output.guess.toUpperCase() });
    const dear = joining({ gates: { destination: shout, escalate: shout } });
    const cascade = await started({ tiers: [cheap(), dear] });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(['dear:parked']);
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(outputs(cascade)).toEqual([{ guess: 'P AFTER CHEAP 1' }]);
  });

  test.each([[''], [0], [false], [null]])('A9 %j is a prediction like any other', async (value) => {
    for (const score of [0, 1]) {
      const first = defineTier({
        name: 'cheap',
        input: Item,
        output: z.any(),
        predict: () => value,
        satisfied: { score: () => score, atLeast: 0.5 },
        gates: { destination: (v) => v, escalate: (v) => v },
      });
      const echo = defineTier({
        name: 'dear',
        input: tier<{ default: typeof first }>('cheap'),
        output: z.any(),
        predict: ({ signal }) => signal,
      });
      const cascade = await started({ tiers: [first, echo] });
      await cascade.send('cheap', { n: 1 });
      await cascade.drain();
      expect(cascade.answers.map((a) => [a.tier, a.output])).toEqual([[score ? 'cheap' : 'dear', value]]);
    }
  });

  test('A10 what the data gate drops is never predicted on, never parked, counted and done with', async () => {
    const predicted: unknown[] = [];
    const first = cheap({ extra: { gates: { data: (d: { n: number }) => (d.n === 1 ? drop : d) } } });
    const dear = joining({
      gates: { data: (d: { photo: string }) => (d.photo === 'bad' ? drop : d) },
      predict: ({ data }: { data: unknown }) => {
        predicted.push(data);
        return { guess: '' };
      },
    });
    const cascade = await started({ tiers: [first, dear as AnyTier] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'at first' });
    await cascade.send('cheap', { n: 2 }, { flowId: 'at last' });
    await cascade.send('dear.photos', { photo: 'bad' }, { flowId: 'at last' });
    await cascade.drain();
    expect(cascade.decisions('at first')).toEqual(['cheap:dropped']);
    expect([...cascade.decisions('at last')].sort()).toEqual(['cheap:escalated', 'dear:dropped', 'dear:parked']);
    expect(predicted).toEqual([]);
    expect((await cascade.cloud.table.get('join#dear#at last'))?.data).toBeUndefined();
  });

  test('A11 what has been worked off is deleted: nothing is left to be delivered again', async () => {
    const cascade = await started({ tiers: [cheap({ sure: (n) => n % 2 }), joining()] });
    for (let n = 0; n < 6; n += 1) {
      await cascade.send('cheap', { n }, { flowId: `f${n}` });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: `f${n}` });
    }
    await cascade.drain();
    cascade.clock.advance(12 * 3_600_000);
    for (const { name } of cascade.graph.queues) {
      expect(await cascade.cloud.queue(name).depth()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
    }
  });

  test('A12 a message is given up only after its durable effect: a death before it costs nothing', async () => {
    for (const part of ['table', 'send'] as const) {
      const fault = faults();
      const cascade = await started({ tiers: [cheap(), joining()], wrap: fault.wrap });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      fault.down(part, 'hide');
      for (const queue of ['dear.photos', 'cheap', 'dear']) await cascade.deliver(queue);
      fault.down();
      await cascade.drain();
      expect(flows(cascade), part).toEqual(['f']);
    }
  });

  test('A13 halves of flows that never escalate expire, are counted, and leave nothing behind', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), joining()] });
    for (let n = 0; n < 100; n += 1) {
      await cascade.send('cheap', { n }, { flowId: `f${n}` });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: `f${n}` });
    }
    await cascade.drain();
    cascade.clock.advance(3_601_000);
    await cascade.sweep();
    for (let n = 0; n < 100; n += 1) {
      expect([...cascade.decisions(`f${n}`)].sort()).toEqual(['cheap:accepted', 'dear:expired', 'dear:parked']);
      expect(await cascade.cloud.table.get(`join#dear#f${n}`)).toBeUndefined();
    }
  });

  test('A13 a half whose time is over is decided on even where the table has not deleted it yet', async () => {
    for (const [first, second] of [
      ['dear.photos', 'cheap'],
      ['cheap', 'dear.photos'],
    ] as const) {
      const cascade = await started({ tiers: [cheap({ sure: unsure }), joining()] });
      const send = (entry: string) =>
        cascade.send(entry, entry === 'cheap' ? { n: 1 } : { photo: 'p' }, { flowId: 'f' });
      await send(first);
      await cascade.drain();
      cascade.clock.advance(3_601_000);
      await send(second);
      await cascade.drain();
      expect(cascade.answers).toEqual([]);
      expect(count(cascade, 'f', 'dear:expired')).toBe(1);
      cascade.clock.advance(3_601_000);
      await cascade.sweep();
      expect(count(cascade, 'f', 'dear:expired')).toBe(2);
    }
  });

  test('A14 a second or redelivered half after the flow ran is a duplicate, and waits for nothing', async () => {
    const cascade = await started({ tiers: [cheap(), joining()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.deliver('cheap');
    await cascade.deliver('dear', { lose: true });
    await cascade.deliver('dear.photos', { lose: true });
    await cascade.put('dear', signal('again', cascade.clock.now()));
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f']);
    expect(count(cascade, 'f', 'dear:parked')).toBe(1);
    expect(count(cascade, 'f', 'dear:accepted')).toBe(1);
    expect(count(cascade, 'f', 'dear:duplicate')).toBe(4);
    cascade.clock.advance(3_601_000);
    await cascade.sweep();
    expect(count(cascade, 'f', 'dear:expired')).toBe(0);
  });

  test('A15 a duplicate delivery makes the same output id, and with once it does not run again', async () => {
    for (const delivery of ['at-least-once', 'once']) {
      let ran = 0;
      const predict = () => {
        ran += 1;
        return { guess: String(ran) };
      };
      const cascade = await started({ tiers: [cheap(), carrying({ delivery, predict })] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.drain({ times: 3 });
      expect(new Set(cascade.answers.map((a) => a.id)).size).toBe(1);
      if (delivery === 'once') expect(ran).toBe(1);
    }
  });

  test('A16 halves further apart than maxTimeDiff in event time do not join, however close they arrive', async () => {
    const cascade = await started({ tiers: [cheap(), joining({}, { maxTimeDiff: '1ms' })] });
    const at = (ms: number): Date => new Date(cascade.clock.now() + ms);
    for (const apart of [-50, -2, -1, 0, 1, 2, 50]) {
      await cascade.send('cheap', { n: 1 }, { flowId: `apart ${apart}`, at: at(0) });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: `apart ${apart}`, at: at(apart) });
    }
    await cascade.drain();
    expect(flows(cascade)).toEqual(['apart -1', 'apart 0', 'apart 1']);
    for (const apart of [-50, -2, 2, 50]) expect(count(cascade, `apart ${apart}`, 'dear:skewed')).toBe(1);
  });

  test('A17 each half is used once, and a flow that runs touches no other that waits', async () => {
    const cascade = await started({ tiers: [cheap(), joining()] });
    for (const flowId of ['a', 'b', 'c']) await cascade.send('dear.photos', { photo: flowId }, { flowId });
    await cascade.drain();
    for (const flowId of ['b', 'b', 'a', 'c']) {
      await cascade.send('cheap', { n: 1 }, { flowId });
      await cascade.drain({ times: 2 });
    }
    expect(flows(cascade).filter((f, i, all) => all.indexOf(f) === i)).toEqual(['a', 'b', 'c']);
    for (const flow of ['a', 'b', 'c']) {
      const accepted = cascade.records.filter((r) => r.flow === flow && r.decision === 'accepted' && r.tier === 'dear');
      expect(accepted).toHaveLength(1);
      expect(accepted[0]!.in.map((i) => i.kind)).toEqual(['data', 'signal']);
    }
  });

  describe('A18 several signals for one flow', () => {
    const T = Date.UTC(2026, 0, 1);
    test.each([
      ['first', ['one', 'two'], 'one'],
      ['first', ['two', 'one'], 'two'],
      ['latest', ['one', 'two'], 'two'],
      ['latest', ['two', 'one'], 'two'],
    ])('%s: %j, and the other is counted', async (signals, order, used) => {
      const cascade = await started({ tiers: [cheap(), joining({}, { signals })] });
      for (const guess of order) await cascade.put('dear', signal(guess, T + (guess === 'two' ? 5 : 0)));
      await cascade.drain();
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.drain();
      expect(outputs(cascade)).toEqual([{ guess: `p after ${used}` }]);
      expect(count(cascade, 'f', 'dear:duplicate')).toBe(1);
    });

    test.each(['first', 'latest'])(
      '%s: a second signal while the first is at work, whose process dies',
      async (signals) => {
        const fault = faults();
        let tries = 0;
        const predict = ({ signal }: { signal: { guess: string } }) => {
          tries += 1;
          if (tries === 1) fault.down('table', 'send', 'log', 'hide');
          if (tries === 1) throw new Error('died here');
          return { guess: signal.guess };
        };
        const cascade = await started({ tiers: [cheap(), joining({ predict }, { signals })], wrap: fault.wrap });
        await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
        await cascade.drain();
        await cascade.put('dear', signal('one', T));
        await cascade.deliver('dear');
        fault.down();
        await cascade.put('dear', signal('two', T + 5));
        await cascade.drain();
        expect(outputs(cascade)).toEqual([{ guess: signals === 'first' ? 'one' : 'two' }]);
      },
    );
  });

  test('A19 a tier that may be unsure with nowhere to escalate to is an error before anything runs', async () => {
    const alone = cheap();
    await expect(started({ tiers: [alone] })).rejects.toMatchObject({
      code: 'graph-nowhere-to-escalate',
      message: expect.stringMatching(/functions\/test\/cheap\.ts[\s\S]*exhausted: 'accept' or exhausted: 'deadLetter'/),
    });
    const accepting = await started({ tiers: [cheap({ extra: { exhausted: 'accept' } })] });
    await accepting.send('cheap', { n: 1 }, { flowId: 'f' });
    await accepting.drain();
    expect(flows(accepting)).toEqual(['f']);
    expect(accepting.records).toMatchObject([{ decision: 'accepted', exhausted: true, score: 0, threshold: 0.5 }]);
    const refusing = await started({ tiers: [cheap({ extra: { exhausted: 'deadLetter' } })] });
    await refusing.send('cheap', { n: 1 }, { flowId: 'f' });
    await refusing.drain();
    expect(await refusing.deadLetters()).toMatchObject([{ code: 'exhausted', flow: 'f', attempt: 1 }]);
  });

  test('A20 a task that fails is tried again as often as its budget says, then a dead letter with the reason', async () => {
    for (const last of [carrying, joining]) {
      let broken = true;
      const tries: number[] = [];
      const predict = ({ attempt }: { attempt: number }) => {
        tries.push(attempt);
        if (broken) throw new Error('no luck');
        return { guess: 'mended' };
      };
      const dear = last({ predict, retry: { maxAttempts: 3, backoff: '1s' } });
      const cascade = await started({ tiers: [cheap(), dear as AnyTier] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      if (last === joining) await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.drain();
      expect(tries).toEqual([1, 2, 3]);
      const [letter] = await cascade.deadLetters();
      expect(letter).toMatchObject({ code: 'predict-failed', flow: 'f', tier: 'dear', attempt: 3 });
      expect(letter!.reason).toContain('no luck');
      const waits = cascade.records.filter((r) => r.decision === 'retried').map((r) => r.until! - r.at);
      expect(waits).toHaveLength(2);
      expect(waits[0]).toBeGreaterThanOrEqual(500);
      expect(waits[1]).toBeLessThanOrEqual(2_000);
      broken = false;
      cascade.clock.advance(24 * 3_600_000);
      await cascade.sweep();
      await redriveDeadLetters(cascade.cloud, deadLetterSources(cascade.graph));
      await cascade.drain();
      expect(outputs(cascade)).toEqual([{ guess: 'mended' }]);
    }
  });

  test('A21 one envelope from client to destination: every byte of the payload arrives at every hop', async () => {
    const Text = z.object({ text: z.string() });
    const text = 'exactly-forty-bytes-of-payload-are-here!';
    const seen: string[] = [];
    const first = defineTier({
      name: 'cheap',
      input: Text,
      output: z.object({ text: z.string() }),
      predict: ({ data, flowId }) => {
        seen.push(flowId, data.text);
        return { text: `${data.text} 1` };
      },
      satisfied: { score: () => 0, atLeast: 1 },
    });
    const dear = defineTier({
      name: 'dear',
      input: tier<{ default: typeof first }>('cheap'),
      output: z.object({ text: z.string() }),
      predict: ({ data, signal, flowId }) => {
        seen.push(flowId, data.text);
        return { text: `${signal.text} 2` };
      },
    });
    const archived: unknown[] = [];
    const destination = defineDestination({
      name: 'archive',
      handler: (answer) => void archived.push([answer.flowId, answer.output]),
    });
    const cascade = await started({ tiers: [first, dear], destination });
    await cascade.send('cheap', { text }, { flowId: 'f' });
    await cascade.drain();
    expect(seen).toEqual(['f', text, 'f', text]);
    expect(archived).toEqual([['f', { text: `${text} 1 2` }]]);
  });

  test('A22 flow ids are not padded, cut or counted wrongly: close ones stay apart, long ones stay whole', async () => {
    const ids = ['\u0001\u0000\u0002', '\u0001\u0000\u0003', '\u0000\u0001', '\u0001', '\u0000', 'é'.repeat(16)];
    ids.push('é'.repeat(64), '𝔘'.repeat(32), 'f ', 'f', 'f\u0000');
    for (const last of [carrying(), joining()]) {
      const cascade = await started({ tiers: [cheap(), last as AnyTier] });
      for (const flowId of ids) await cascade.send('cheap', { n: 1 }, { flowId });
      if (cascade.graph.tiers[1]!.mode === 'join') {
        for (const flowId of ids) await cascade.send('dear.photos', { photo: 'p' }, { flowId });
      }
      await cascade.drain();
      expect(flows(cascade)).toEqual([...ids].sort());
      expect(new Set(cascade.answers.map((a) => a.id)).size).toBe(ids.length);
    }
  });

  test('A23 messages are routed by queue, not by what a name ends in', async () => {
    const photos = cheap({ sure, extra: { name: 'photos', exhausted: 'accept' } });
    const other = cheap({ sure, extra: { name: 'photos-partition-1', exhausted: 'accept' } });
    const cascade = await started({ tiers: [cheap(), joining(), photos as AnyTier, other as AnyTier] });
    await cascade.send('photos', { n: 1 }, { flowId: 'f' });
    await cascade.send('photos-partition-1', { n: 2 }, { flowId: 'f' });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.send('cheap', { n: 3 }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.tier).sort()).toEqual(['dear', 'photos', 'photos-partition-1']);
    expect(await cascade.deadLetters()).toEqual([]);
  });

  describe('objects', () => {
    const photo = new Uint8Array([104, 101, 108, 108, 111]);
    const withPhoto = (extra: object = {}) =>
      defineTier({
        name: 'cheap',
        input: Item,
        objects: { photo: { deleteAfter: 'accepted' } },
        produces: { map: {} },
        output: Guess,
        predict: async ({ data, produce }) => {
          await produce.map(Buffer.from(`map ${data.n}`));
          return { guess: 'x', sure: data.n };
        },
        satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
        ...extra,
      });
    type Context = { objects: { photo: LazyObject }; signalObjects: { map: LazyObject } };
    const last = (predict: (context: Context) => Promise<{ guess: string }>, extra: object = {}) =>
      defineTier({
        name: 'dear',
        input: tier<Cheap>('cheap'),
        output: z.object({ guess: z.string() }),
        predict: predict as never,
        ...extra,
      }) as AnyTier;
    const stored = async (cascade: TestCascade): Promise<boolean> => {
      const [reference] = references;
      return cascade.cloud.objects.get(reference!).then(
        () => true,
        () => false,
      );
    };
    let references: LazyObject['reference'][] = [];
    const remember = ({ objects }: Context): void => {
      references = [objects.photo.reference];
    };

    test('A24 a payload is bytes or text as the task asks, and may be put out again as either', async () => {
      const dear = last(async ({ objects }) => ({
        guess: `${await objects.photo.text()} ${(await objects.photo.bytes()).length}`,
      }));
      const cascade = await started({ tiers: [withPhoto(), dear] });
      await cascade.send('cheap', { n: 0 }, { flowId: 'f', objects: { photo } });
      await cascade.send('cheap', { n: 1 }, { flowId: 'sure', objects: { photo } });
      await cascade.drain();
      expect(outputs(cascade)).toContainEqual({ guess: 'hello 5' });
      const answer = cascade.answers.find((a) => a.flowId === 'sure')!;
      expect(await answer.objects.map!.text()).toBe('map 1');
    });

    test('A25 an object is deleted after the answer, never before: every try of the task finds it', async () => {
      let tries = 0;
      const there: boolean[] = [];
      const dear = last(
        async (context) => {
          remember(context);
          there.push((await context.objects.photo.bytes()).length === 5);
          tries += 1;
          if (tries < 3) throw new Error('not yet');
          return { guess: 'done' };
        },
        { retry: { maxAttempts: 3 } },
      );
      const cascade = await started({ tiers: [withPhoto(), dear] });
      await cascade.send('cheap', { n: 0 }, { flowId: 'f', objects: { photo } });
      await cascade.drain();
      expect(there).toEqual([true, true, true]);
      expect(flows(cascade)).toEqual(['f']);
      expect(await stored(cascade)).toBe(false);
    });

    test('A25 a flow that ends as a dead letter keeps its objects for the redrive', async () => {
      let broken = true;
      const dear = last(
        async (context) => {
          remember(context);
          if (broken) throw new Error('no luck');
          return { guess: await context.objects.photo.text() };
        },
        { retry: { maxAttempts: 1 } },
      );
      const cascade = await started({ tiers: [withPhoto(), dear] });
      await cascade.send('cheap', { n: 0 }, { flowId: 'f', objects: { photo } });
      await cascade.drain();
      expect(await stored(cascade)).toBe(true);
      broken = false;
      await redriveDeadLetters(cascade.cloud, deadLetterSources(cascade.graph));
      await cascade.drain();
      expect(outputs(cascade)).toEqual([{ guess: 'hello' }]);
      expect(await stored(cascade)).toBe(false);
    });

    test('A26 only the tier that answers deletes: what the first tier declared, the second still reads', async () => {
      const dear = last(async (context) => {
        remember(context);
        return { guess: await context.objects.photo.text() };
      });
      const cascade = await started({ tiers: [withPhoto(), dear] });
      await cascade.send('cheap', { n: 0 }, { flowId: 'f', objects: { photo } });
      await cascade.deliver('cheap');
      await cascade.drain({ times: 2 });
      expect(new Set(outputs(cascade).map((o) => (o as { guess: string }).guess))).toEqual(new Set(['hello']));
      expect(await stored(cascade)).toBe(false);
      expect(await cascade.deadLetters()).toEqual([]);
    });

    test('A27 what came with the signal is lazy too: fetched where it is read, and only there', async () => {
      for (const reads of [true, false]) {
        const dear = last(async ({ signalObjects }) => ({ guess: reads ? await signalObjects.map.text() : 'unread' }));
        const cascade = await started({ tiers: [withPhoto({ objects: undefined }), dear] });
        await cascade.send('cheap', { n: 0 }, { flowId: 'f' });
        await cascade.drain();
        expect(outputs(cascade)).toEqual([{ guess: reads ? 'map 0' : 'unread' }]);
        expect(cascade.calls.object).toBe(reads ? 2 : 1);
      }
    });
  });
});

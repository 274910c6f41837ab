import { describe, expect, test } from 'vitest';
import type { AnyTier } from '../../lib/index.ts';
import { connect } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

const paced = (onThrottle: string) =>
  cheap({ sure: () => 1, extra: { pace: { minInterval: '1s', onThrottle }, batch: { size: 10 } } });
const flows = (cascade: TestCascade): readonly string[] => cascade.answers.map((a) => a.flowId).sort();

async function burst(cascade: TestCascade, order: readonly number[]): Promise<void> {
  const at = (n: number): Date => new Date(cascade.clock.now() + n);
  for (const n of order) await cascade.send('cheap', { n }, { flowId: `f${n}`, at: at(n), reply: true });
}

describe('pace', () => {
  test('latest: the newest of what waits wins, the others are dropped, counted, and told', async () => {
    const cascade = await started({ tiers: [paced('latest'), carrying()] });
    await burst(cascade, [0, 1, 2, 3, 4]);
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f4']);
    for (const flow of ['f1', 'f2', 'f3']) {
      const dropped = cascade.records.filter((r) => r.flow === flow && r.decision === 'throttled' && !r.until);
      expect(dropped).toMatchObject([{ reason: 'dropped: a later message took its place' }]);
      const client = connect('cheap' as never, { cloud: cascade.cloud });
      await expect(client.result(flow)).rejects.toMatchObject({ code: 'flow-not-answered' });
    }
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('latest goes by event time, not by order of arrival', async () => {
    const cascade = await started({ tiers: [paced('latest'), carrying()] });
    await burst(cascade, [0, 4, 1, 3, 2]);
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f4']);
  });

  test('drop: what comes too early is dropped, counted, and gone; what comes in time is answered', async () => {
    const cascade = await started({ tiers: [paced('drop'), carrying()] });
    await burst(cascade, [0, 1, 2]);
    await cascade.deliver('cheap');
    cascade.clock.advance(1_000);
    await burst(cascade, [3]);
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f3']);
    for (const flow of ['f1', 'f2']) expect(cascade.decisions(flow)).toEqual(['cheap:throttled']);
    expect(await cascade.cloud.queue('cheap').depth()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
  });

  test('queue: messages that wait come back one interval apart, not together', async () => {
    const cascade = await started({ tiers: [paced('queue'), carrying()] });
    await burst(cascade, [0, 1, 2, 3, 4]);
    await cascade.deliver('cheap');
    const until = cascade.records.filter((r) => r.decision === 'throttled').map((r) => r.until!);
    expect(until.map((at) => at - cascade.clock.now())).toEqual([1_000, 2_000, 3_000, 4_000]);
    await cascade.drain();
    expect(cascade.answers).toHaveLength(5);
  });

  test('a task’s own failures count towards its tries, its waits do not', async () => {
    let fails = 0;
    const predict = ({ data }: { data: { n: number } }) => {
      if (data.n === 4 && ++fails <= 2) throw new Error('not yet');
      return { guess: '', sure: 1 };
    };
    const first = cheap({ extra: { predict, pace: { minInterval: '1s' }, retry: { maxAttempts: 3 } } });
    const cascade = await started({ tiers: [first, carrying()] });
    await burst(cascade, [0, 1, 2, 3, 4]);
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
  });

  describe('at a tier that joins', () => {
    const pace = (onThrottle: string) => ({ pace: { minInterval: '1m', onThrottle } });
    async function both(cascade: TestCascade, flowId: string): Promise<void> {
      await cascade.send('cheap', { n: 1 }, { flowId });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId });
    }

    test('a line longer than the ttl loses no half', async () => {
      const cascade = await started({ tiers: [cheap(), joining(pace('queue'), { ttl: '30s' }) as AnyTier] });
      for (let n = 0; n < 6; n += 1) await both(cascade, `f${n}`);
      await drainAndSweep(cascade);
      expect(flows(cascade)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
      expect(cascade.records.filter((r) => r.decision === 'expired')).toEqual([]);
    });

    test('a half that comes again does not end a flow that is at work', async () => {
      let tries = 0;
      const predict = async () => {
        tries += 1;
        if (tries > 1) return { guess: 'done' };
        await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
        await cascade.deliver('dear.photos');
        throw new Error('not yet');
      };
      const cascade = await started({ tiers: [cheap(), joining({ ...pace('drop'), predict }) as AnyTier] });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.drain();
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.deliver('cheap');
      await cascade.deliver('dear');
      expect(cascade.decisions('f').slice(-2)).toEqual(['dear:duplicate', 'dear:retried']);
      cascade.clock.advance(60_000);
      await cascade.drain();
      expect(flows(cascade)).toEqual(['f']);
    });

    test('what is dropped is done with: a half that comes again is a duplicate', async () => {
      const cascade = await started({ tiers: [cheap(), joining(pace('drop')) as AnyTier] });
      await both(cascade, 'first');
      await both(cascade, 'second');
      await cascade.drain();
      expect(flows(cascade)).toHaveLength(1);
      const lost = ['first', 'second'].find((f) => !flows(cascade).includes(f))!;
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: lost });
      await cascade.drain();
      expect(cascade.decisions(lost).slice(-2)).toEqual(['dear:throttled', 'dear:duplicate']);
    });
  });
});

/** Drains with the sweep going on all the while, as it does in the embedded cloud. */
async function drainAndSweep(cascade: TestCascade): Promise<void> {
  const queues = cascade.graph.queues.map((q) => q.name).filter((name) => !name.endsWith('.dlq'));
  for (let round = 0; round < 200; round += 1) {
    for (const name of queues) await cascade.deliver(name);
    cascade.clock.advance(5_000);
    await cascade.sweep();
  }
}

import { describe, expect, test } from 'vitest';
import type { AnyTier } from '../../lib/index.ts';
import { connect } from '../../lib/index.ts';
import { deadLetterSources, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { cheap, joining } from '../support/tiers.ts';

const outputs = (cascade: TestCascade): readonly unknown[] => cascade.answers.map((a) => a.output);
const join = (options: object = {}, extra: object = {}) => joining(extra, options) as AnyTier;
const at = (cascade: TestCascade, ms: number): Date => new Date(cascade.clock.now() + ms);

async function both(cascade: TestCascade, options: { signal?: object; data?: object } = {}): Promise<void> {
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', ...options.signal });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f', ...options.data });
}

describe('halves that have met', () => {
  test('outlive their ttl while the task is tried again, swept or not', async () => {
    for (const swept of [true, false]) {
      let tries = 0;
      const predict = () => {
        if (++tries < 5) throw new Error('not yet');
        return { guess: 'done' };
      };
      const cascade = await started({
        tiers: [cheap(), join({ ttl: '2s' }, { predict, retry: { maxAttempts: 5, backoff: '10s' } })],
      });
      await both(cascade);
      for (let round = 0; round < 200; round += 1) {
        for (const queue of ['cheap', 'dear', 'dear.photos', 'answers']) await cascade.deliver(queue);
        cascade.clock.advance(2_000);
        if (swept) await cascade.sweep();
      }
      expect(outputs(cascade)).toEqual([{ guess: 'done' }]);
      expect(cascade.records.filter((r) => r.decision === 'expired')).toEqual([]);
    }
  });

  test('are both there for a redrive, days after one of them became a dead letter', async () => {
    let broken = true;
    const predict = ({ data, signal }: { data: { photo: string }; signal: { guess: string } }) => {
      if (broken) throw new Error('no luck');
      return { guess: `${data.photo} ${signal.guess}` };
    };
    const cascade = await started({ tiers: [cheap(), join({ ttl: '1m' }, { predict, retry: { maxAttempts: 1 } })] });
    await both(cascade);
    await cascade.drain();
    broken = false;
    cascade.clock.advance(10 * 86_400_000);
    await cascade.sweep();
    await redriveDeadLetters(cascade.cloud, deadLetterSources(cascade.graph));
    await cascade.drain();
    expect(outputs(cascade)).toEqual([{ guess: 'p cheap 1' }]);
  });

  test('are let go once the flow is done: only the mark stays, for as long as a message may lie in its queue', async () => {
    const cascade = await started({ tiers: [cheap(), join({ ttl: '1m' })] });
    await both(cascade);
    await cascade.drain();
    const item = await cascade.cloud.table.get('join#dear#f');
    expect(Object.keys(item!).sort()).toEqual(['by', 'done', 'expiresAt']);
    const keptMs = Number(item!.expiresAt) * 1_000 - cascade.clock.now();
    expect(Math.round(keptMs / 86_400_000)).toBe(4);
  });
});

describe('deadlines', () => {
  test.each([
    ['the signal’s', { signal: true }],
    ['the data’s', { data: true }],
  ])('%s holds for the flow, whichever half comes last', async (_, whose) => {
    for (const late of ['dear', 'dear.photos']) {
      const cascade = await started({ tiers: [cheap(), join()] });
      const deadline = { deadline: at(cascade, 10_000) };
      await both(cascade, {
        ...('signal' in whose && { signal: deadline }),
        ...('data' in whose && { data: deadline }),
      });
      await cascade.deliver('cheap');
      await cascade.deliver(late === 'dear' ? 'dear.photos' : 'dear');
      cascade.clock.advance(10_001);
      await cascade.drain();
      expect(cascade.answers).toEqual([]);
      expect(cascade.decisions('f').at(-1)).toBe('dear:expired');
    }
  });

  test('a flow in time is answered, and one that is late says so to who waits', async () => {
    const cascade = await started({ tiers: [cheap({ sure: () => 1 }), join()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'in time', deadline: at(cascade, 10_000), reply: true });
    await cascade.send('cheap', { n: 1 }, { flowId: 'late', deadline: at(cascade, -1), reply: true });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.flowId)).toEqual(['in time']);
    const client = connect('cheap' as never, { cloud: cascade.cloud });
    await expect(client.result('late')).rejects.toMatchObject({
      code: 'flow-not-answered',
      details: { status: 'expired' },
    });
  });
});

describe('skew', () => {
  test('the older half goes, the newer one waits for a partner of its own time', async () => {
    const cascade = await started({ tiers: [cheap(), join({ maxTimeDiff: '1s', signals: 'latest' })] });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f', at: at(cascade, 0) });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', at: at(cascade, -5_000) });
    await cascade.drain();
    expect(cascade.decisions('f')).toContain('dear:skewed');
    const late = { output: { guess: 'late', sure: 0 }, tier: 'cheap', version: 'v1' };
    const from = { name: 'cheap', version: 'v1' };
    const ts = cascade.clock.now();
    await cascade.put(
      'dear',
      JSON.stringify({ v: 1, id: 's2', flow: 'f', kind: 'signal', from, ts, sent: ts, hop: 1, signal: late }),
    );
    await cascade.drain();
    expect(outputs(cascade)).toEqual([{ guess: 'p after late' }]);
  });
});

describe('who waits for a flow', () => {
  test('hears that it expired for want of its other half', async () => {
    for (const swept of [true, false]) {
      const cascade = await started({ tiers: [cheap(), join({ ttl: '1m' })] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
      await cascade.drain();
      cascade.clock.advance(61_000);
      if (swept) await cascade.sweep();
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.drain();
      const client = connect('cheap' as never, { cloud: cascade.cloud });
      await expect(client.result('f')).rejects.toMatchObject({
        code: 'flow-not-answered',
        details: { status: 'expired' },
      });
    }
  });
});

import { describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/index.ts';
import { connect, defineDestination, RetryableError, TerminalError } from '../../lib/index.ts';
import { deadLetterSources, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { keepReply } from '../../lib/runtime/reply.ts';
import { faults } from '../support/faults.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

const to = (handler: (answer: Answer) => void | Promise<void>, extra: object = {}) =>
  defineDestination({ name: 'archive', handler, retry: { maxAttempts: 3 }, ...extra });
const tiers = [cheap({ sure: (n) => n % 2 }), carrying()];

describe('the destination', () => {
  test('gets every answer with what made it', async () => {
    const got: Answer[] = [];
    const cascade = await started({ tiers, destination: to((a) => void got.push(a)) });
    for (const n of [1, 2]) await cascade.send('cheap', { n }, { flowId: `f${n}`, at: new Date(5_000) });
    await cascade.drain();
    expect(got.find((a) => a.flowId === 'f1')).toMatchObject({
      tier: 'cheap',
      version: 'v1',
      output: { guess: 'cheap 1', sure: 1 },
      score: 1,
      threshold: 0.5,
      eventTime: 5_000,
    });
    expect(got.find((a) => a.flowId === 'f2')).toMatchObject({
      tier: 'dear',
      output: { guess: 'dear 2 after cheap 2' },
    });
    expect(cascade.decisions('f1')).toEqual(['cheap:accepted', 'archive:delivered']);
  });

  test.each<[string, unknown, string, number]>([
    ['an Error', new Error('disk full'), 'destination-failed', 3],
    ['a TerminalError', new TerminalError('not for me'), 'terminal', 1],
    ['a RetryableError', new RetryableError('busy', { afterMs: 5 }), 'retryable', 3],
  ])(
    'that throws %s is retried, then leaves a dead letter that can be redriven; others are delivered',
    async (_, thrown, code, attempt) => {
      let broken = true;
      const got: string[] = [];
      const destination = to(({ flowId }) => {
        if (flowId === 'bad' && broken) throw thrown;
        got.push(flowId);
      });
      const cascade = await started({ tiers, destination });
      for (const flowId of ['a', 'bad', 'b']) await cascade.send('cheap', { n: 1 }, { flowId });
      await cascade.drain();
      expect(got).toEqual(['a', 'b']);
      expect(await cascade.deadLetters()).toMatchObject([
        { code, flow: 'bad', tier: 'archive', queue: 'answers', attempt },
      ]);
      broken = false;
      await redriveDeadLetters(cascade.cloud, deadLetterSources(cascade.graph));
      await cascade.drain();
      expect(got).toEqual(['a', 'b', 'bad']);
    },
  );

  test('that hangs is given up after its timeout', async () => {
    const destination = to(() => new Promise(() => undefined), { timeout: '20ms', retry: { maxAttempts: 1 } });
    const cascade = await started({ tiers, destination });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(await cascade.deadLetters()).toMatchObject([{ code: 'destination-failed', flow: 'f' }]);
  });

  test('gets an answer again under the id it had', async () => {
    const ids: string[] = [];
    const cascade = await started({ tiers, destination: to((a) => void ids.push(a.id)) });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain({ times: 3 });
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
  });

  test('is not blamed for a decision log that is away', async () => {
    const fault = faults();
    const cascade = await started({ tiers, destination: to(() => undefined), wrap: fault.wrap });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    fault.down('log');
    for (let round = 0; round < 6; round += 1) {
      await cascade.deliver('answers');
      cascade.clock.advance(900_000);
    }
    fault.down();
    await cascade.drain();
    expect(await cascade.deadLetters()).toEqual([]);
    expect(cascade.decisions('f').at(-1)).toBe('archive:delivered');
  });

  test('refuses what is no answer', async () => {
    const cascade = await started({ tiers, destination: to(() => undefined) });
    await cascade.put('answers', '{"hello":1}');
    await cascade.drain();
    expect(await cascade.deadLetters()).toMatchObject([
      { code: 'envelope-invalid', tier: 'archive', queue: 'answers' },
    ]);
  });
});

describe('a client that waits', () => {
  test('gets the answer, or hears what became of the flow, or that nothing did yet', async () => {
    const broken = carrying({
      predict: () => {
        throw new TerminalError('no such photo');
      },
    });
    const cascade = await started({ tiers: [cheap({ sure: (n) => n % 2 }), broken] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'good', reply: true });
    await cascade.send('cheap', { n: 2 }, { flowId: 'bad', reply: true });
    await cascade.send('cheap', { n: 1 }, { flowId: 'not kept' });
    await cascade.drain();
    const client = connect('cheap' as never, { cloud: cascade.cloud });
    expect(await client.result('good')).toMatchObject({ flowId: 'good', tier: 'cheap', output: { guess: 'cheap 1' } });
    await expect(client.result('bad')).rejects.toMatchObject({
      code: 'flow-not-answered',
      message: expect.stringContaining('no such photo'),
      place: { flow: 'bad', tier: 'dear' },
    });
    await expect(client.result('not kept', { timeout: '1s' })).rejects.toMatchObject({ code: 'result-timeout' });
    await expect(client.result('')).rejects.toMatchObject({ code: 'flow-id-invalid' });
  });

  test('gets an answer too large for the table', async () => {
    const long = carrying({ predict: () => ({ guess: 'x'.repeat(2 ** 20) }) });
    const cascade = await started({ tiers: [cheap(), long] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    await cascade.drain();
    const client = connect('cheap' as never, { cloud: cascade.cloud });
    expect(((await client.result('f')).output as { guess: string }).guess).toHaveLength(2 ** 20);
  });

  test('hears of the first end of a flow, whatever is delivered after it', async () => {
    const { cloud } = await started({ tiers });
    const end = { status: 'dropped' as const, reason: 'the data gate dropped it', tier: 'cheap' };
    await keepReply(cloud, 'f', end);
    await keepReply(cloud, 'f', { status: 'expired', reason: 'late', tier: 'dear' });
    expect(await cloud.table.get('reply#f')).toMatchObject(end);
  });

  test('hears of a redriven flow’s answer, not of its failure before', async () => {
    let broken = true;
    const predict = () => {
      if (broken) throw new TerminalError('no luck');
      return { guess: 'mended' };
    };
    const cascade = await started({ tiers: [cheap(), carrying({ predict })] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    await cascade.drain();
    broken = false;
    await redriveDeadLetters(cascade.cloud, deadLetterSources(cascade.graph));
    await cascade.drain();
    const client = connect('cheap' as never, { cloud: cascade.cloud });
    expect(await client.result('f')).toMatchObject({ output: { guess: 'mended' } });
  });
});

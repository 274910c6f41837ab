import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { awsCloud } from '../../lib/aws/cloud.ts';
import { groupId } from '../../lib/aws/queue-group.ts';
import type { Queue } from '../../lib/ports/queue.ts';

interface Call {
  readonly command: string;
  readonly input: Record<string, unknown> & { Entries?: Record<string, unknown>[] };
}

/** A queue whose SQS answers what the test says, and the calls made of it. */
function answering(answer: (call: Call) => unknown): { queue: Queue; calls: Call[] } {
  const calls: Call[] = [];
  const sqs = {
    async send(command: { constructor: { name: string }; input: Call['input'] }) {
      const call = { command: command.constructor.name.replace('Command', ''), input: command.input };
      calls.push(call);
      return answer(call);
    },
  } as unknown as SQSClient;
  return { queue: awsCloud({ queues: { small: 'https://sqs/1/small' }, clients: { sqs } }).queue('small'), calls };
}
const named = (name: string, message = 'no'): Error => Object.assign(new Error(message), { name });
const bodies = (count: number, size = 1) => Array.from({ length: count }, () => ({ body: 'x'.repeat(size) }));
const message = (n: number) => ({ MessageId: `${n}`, Body: `${n}`, ReceiptHandle: `r${n}`, Attributes: {} });

describe('sending to SQS', () => {
  test('takes ten messages and 1 MiB a batch', async () => {
    const { queue, calls } = answering(() => ({}));
    await queue.send([...bodies(11), ...bodies(3, 2 ** 20 - 10)]);
    expect(calls.map(({ input }) => input.Entries!.length)).toEqual([10, 2, 1, 1]);
  });

  test('turns milliseconds into seconds, and never makes a wait shorter', async () => {
    const { queue, calls } = answering(() => ({}));
    await queue.send([{ body: 'a', delayMs: 1 }, { body: 'b', delayMs: 1_001, group: 'g' }, { body: 'c' }]);
    expect(calls[0]!.input.Entries).toEqual([
      { Id: '0', MessageBody: 'a', DelaySeconds: 1 },
      { Id: '1', MessageBody: 'b', DelaySeconds: 2, MessageGroupId: 'g' },
      { Id: '2', MessageBody: 'c' },
    ]);
  });

  test('gives each message its own error', async () => {
    const { queue } = answering(({ input }) => ({
      Failed: [
        { Id: input.Entries![1]!.Id, Code: 'InvalidMessageContents', SenderFault: true, Message: 'bad' },
        { Id: input.Entries![2]!.Id, Code: 'InternalError', SenderFault: false },
        { Id: input.Entries![3]!.Id, Code: 'KmsThrottled', SenderFault: true },
        { Id: input.Entries![4]!.Id, Code: 'KMS.AccessDeniedException', SenderFault: true },
      ],
    }));
    const outcome = await queue.send([{ body: '' }, ...bodies(6)]);
    expect(outcome).toMatchObject([
      { code: 'queue-failed', retry: 'never' },
      undefined,
      { code: 'queue-failed', retry: 'never', details: { code: 'InvalidMessageContents' } },
      { retry: 'always' },
      { retry: 'always' },
      { retry: 'always' },
      undefined,
    ]);
  });

  test('fails the messages of a batch that failed, and no others', async () => {
    let batch = 0;
    const { queue } = answering(() => {
      batch += 1;
      if (batch === 2) throw named('ThrottlingException');
      return {};
    });
    const outcome = await queue.send(bodies(25));
    expect(outcome.map((error) => error !== undefined)).toEqual([...Array(25).keys()].map((i) => i >= 10 && i < 20));
    expect(outcome[10]).toMatchObject({ code: 'queue-failed', retry: 'always' });
  });

  test.each([['nul \u0000'], ['\uffff'], ['lone \ud800'], ['']])(
    'refuses %j, which SQS would not take',
    async (body) => {
      const { queue, calls } = answering(() => ({}));
      expect(await queue.send([{ body }])).toMatchObject([{ code: 'queue-failed', retry: 'never' }]);
      expect(calls).toEqual([]);
    },
  );

  test('keeps to the limit of an emulator that takes less', async () => {
    const sqs = { send: async () => ({}) } as unknown as SQSClient;
    const cloud = awsCloud({ queues: { small: 'u' }, clients: { sqs }, maxMessageBytes: 262_144 });
    const [error] = await cloud.queue('small').send(bodies(1, 262_145));
    expect(error).toMatchObject({ code: 'message-too-large', details: { limit: 262_144 } });
  });

  test('group ids are what SQS allows', () => {
    expect(groupId('tenant-1!')).toBe('tenant-1!');
    for (const odd of ['', 'a b', 'é', 'x'.repeat(129)]) expect(groupId(odd)).toMatch(/^[0-9a-f]{64}$/);
    expect(groupId('a b')).not.toBe(groupId('a c'));
  });
});

describe('receiving from SQS', () => {
  test('asks again until it has what was wanted or there is no more', async () => {
    const answers = [10, 10, 3, 0];
    let n = 0;
    const { queue, calls } = answering(() => ({
      Messages: Array.from({ length: answers.shift()! }, () => message(n++)),
    }));
    expect(await queue.receive({ max: 100, visibilityMs: 1_500, waitMs: 300 })).toHaveLength(23);
    const asked = calls.map(({ input }) => [input.MaxNumberOfMessages, input.VisibilityTimeout, input.WaitTimeSeconds]);
    expect(asked).toEqual([
      [10, 2, 1],
      [10, 2, 0],
      [10, 2, 0],
      [10, 2, 0],
    ]);
  });

  test('never asks for more than was wanted', async () => {
    let n = 0;
    const { queue, calls } = answering(({ input }) => ({
      Messages: Array.from({ length: Number(input.MaxNumberOfMessages) }, () => message(n++)),
    }));
    expect(await queue.receive({ max: 12, visibilityMs: 1_000, waitMs: 0 })).toHaveLength(12);
    expect(calls.map(({ input }) => input.MaxNumberOfMessages)).toEqual([10, 2]);
  });

  test('a queue that is gone is unknown', async () => {
    const { queue } = answering(() => {
      throw named('QueueDoesNotExist');
    });
    await expect(queue.receive({ max: 1, visibilityMs: 0, waitMs: 0 })).rejects.toMatchObject({
      code: 'queue-unknown',
    });
    await expect(queue.depth()).rejects.toMatchObject({ code: 'queue-unknown', place: { queue: 'small' } });
  });
});

describe('deleting from SQS', () => {
  test('passes over stale receipts and says what else failed', async () => {
    const failing = (Code: string) => answering(() => ({ Failed: [{ Id: '0', Code, SenderFault: true }] })).queue;
    await failing('ReceiptHandleIsInvalid').delete(['r']);
    await failing('MessageNotInflight').hide(['r'], 1_000);
    await expect(failing('InternalError').delete(['r'])).rejects.toMatchObject({
      code: 'queue-failed',
      retry: 'always',
    });
  });

  test('takes ten receipts a call', async () => {
    const { queue, calls } = answering(() => ({}));
    await queue.delete([...Array(23).keys()].map((n) => `r${n}`));
    await queue.hide(['a', ''], 50_000_000);
    expect(calls.map(({ input }) => input.Entries!.length)).toEqual([10, 10, 3, 1]);
    expect(calls[3]!.input.Entries).toEqual([{ Id: '0', ReceiptHandle: 'a', VisibilityTimeout: 43_200 }]);
  });
});

import { describe, expect, test, vi } from 'vitest';
import { createExpiryHandler, type StreamRecord } from '../../lib/aws/handler-expiry.ts';
import { EXPIRY_CONFIG, type ExpiryConfig } from '../../lib/aws/handler-expiry-config.ts';
import { toAttribute } from '../../lib/aws/table-attributes.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { openCloud } from '../../lib/local/index.ts';
import { failed } from './harness.ts';

const config: ExpiryConfig = {
  application: 'shop',
  queues: {},
  table: 'flows',
  bucket: 'objects',
  tiers: [{ name: 'dear', version: '7' }],
};

async function deployed(env: Record<string, string> = { [EXPIRY_CONFIG]: JSON.stringify(config) }) {
  const decisions: DecisionRecord[] = [];
  const metrics: Record<string, unknown>[] = [];
  const faults: unknown[] = [];
  const cloud = await openCloud({ dir: ':memory:', onDecisions: (records) => decisions.push(...records) });
  const told = async (error: unknown): Promise<void> => void faults.push(error);
  const log = { fault: told, refused: told, decisions: async () => undefined };
  const writeLine = (line: string): number => metrics.push(JSON.parse(line));
  return {
    handler: createExpiryHandler({ env, cloud: () => cloud, log, writeLine }),
    cloud,
    decisions,
    metrics,
    faults,
  };
}

function removed(n: number, image: object, extra: Partial<StreamRecord> = {}): StreamRecord {
  const OldImage = (toAttribute(image as never) as { M: Record<string, unknown> }).M;
  const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  return { eventName: 'REMOVE', userIdentity, dynamodb: { SequenceNumber: `${n}`, OldImage }, ...extra };
}

const signal = { id: 'e1', ts: 5, hop: 1, signal: { output: 1, tier: 'cheap', version: '1' } };
const half = { key: 'join#dear#f1', signal: { ...signal, reply: true }, expiresAt: 1 };

describe('the stream of deleted items', () => {
  test('a half that waited in vain is decided on, and who waits for its flow is told', async () => {
    const { handler, cloud, decisions, metrics } = await deployed();
    expect(failed(await handler({ Records: [removed(1, half)] }, {}))).toEqual([]);
    expect(decisions).toEqual([
      expect.objectContaining({
        decision: 'expired',
        flow: 'f1',
        tier: 'dear',
        version: '7',
        reason: 'its data did not come in time',
      }),
    ]);
    expect(await cloud.table.get('reply#f1')).toMatchObject({ status: 'expired', tier: 'dear' });
    expect(metrics).toEqual([expect.objectContaining({ application: 'shop', tier: 'dear', expired: 1 })]);
  });

  test.each([
    ['deleted by the cascade', removed(1, half, { userIdentity: undefined })],
    ['deleted by someone', removed(1, half, { userIdentity: { type: 'User', principalId: 'AIDA' } })],
    ['only changed', removed(1, half, { eventName: 'MODIFY' })],
    ['done', removed(1, { ...half, done: 'o1' })],
    ['a mark', removed(1, { key: 'claim#dear#f1', owner: 'x', expiresAt: 1 })],
  ])('an item that was %s is none', async (_, item) => {
    const { handler, decisions } = await deployed();
    expect(failed(await handler({ Records: [item] }, {}))).toEqual([]);
    expect(decisions).toEqual([]);
  });

  test('a half of a tier that a deployment has added or taken away is told of as any other', async () => {
    const { handler, decisions } = await deployed();
    await handler({ Records: [removed(1, { ...half, key: 'join#other#f1' })] }, {});
    expect(decisions).toMatchObject([{ tier: 'other', version: 'unknown', flow: 'f1', decision: 'expired' }]);
  });

  test('begins again at the first record that failed', async () => {
    const { handler, cloud, decisions, faults } = await deployed();
    const { write } = cloud.decisions;
    let writes = 0;
    Object.assign(cloud.decisions, {
      write: async (records: DecisionRecord[]) => {
        writes += 1;
        if (writes === 2) throw new Error('no log');
        await write(records);
      },
    });
    const items = [1, 2, 3].map((n) => removed(n, { ...half, key: `join#dear#f${n}` }));
    expect(failed(await handler({ Records: items }, {}))).toEqual(['2']);
    expect(decisions.map(({ flow }) => flow)).toEqual(['f1']);
    expect(faults.length).toBe(1);
  });

  test('without configuration it begins again at the first; an event of another kind comes back whole', async () => {
    const { handler } = await deployed({});
    expect(failed(await handler({ Records: [removed(8, half), removed(9, half)] }, {}))).toEqual(['8']);
    expect(failed(await handler({} as never, {}))).toEqual(['']);
  });
});

test('names its application in the function’s log', async () => {
  const lines: string[] = [];
  const take = (text: unknown): boolean => lines.push(String(text)) > 0;
  const spies = [vi.spyOn(process.stderr, 'write'), vi.spyOn(process.stdout, 'write')];
  for (const spy of spies) spy.mockImplementation(take);
  const handler = createExpiryHandler({
    env: { [EXPIRY_CONFIG]: JSON.stringify(config) },
    cloud: () => {
      throw new Error('no region');
    },
  });
  await handler({ Records: [removed(1, half)] }, {}).finally(() => vi.restoreAllMocks());
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'ERROR', application: 'shop', tier: 'expiry' },
  ]);
});

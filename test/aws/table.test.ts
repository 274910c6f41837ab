import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dynamoTable } from '../../lib/aws/table.ts';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, unknown>;
}

/** A table whose DynamoDB answers what the test says, and the calls made of it. */
function answering(...answers: readonly (object | Error)[]) {
  const calls: [string, Record<string, unknown>][] = [];
  const left = [...answers];
  const client = {
    async send(command: Command) {
      calls.push([command.constructor.name, command.input]);
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? {};
    },
  } as unknown as DynamoDBClient;
  return { table: dynamoTable({ table: 't', client }), calls };
}
const refused = (Item?: Record<string, { S: string }>): Error =>
  new ConditionalCheckFailedException({ message: 'no', $metadata: {}, ...(Item && { Item }) });
const invalid = (message: string): Error => Object.assign(new Error(message), { name: 'ValidationException' });

afterEach(() => vi.unstubAllEnvs());

describe('a flow table on DynamoDB', () => {
  test('writes in one call, and asks for the item it left', async () => {
    const { table, calls } = answering({ Attributes: { key: { S: 'k' }, n: { N: '1' } } });
    expect(await table.update({ key: 'k', add: { n: 1 } })).toEqual({ applied: true, item: { n: 1 } });
    expect(calls).toMatchObject([
      [
        'UpdateItemCommand',
        { Key: { key: { S: 'k' } }, ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      ],
    ]);
  });

  test('reads what is written', async () => {
    const { table, calls } = answering({ Item: { key: { S: 'k' }, a: { S: 'x' } } }, {});
    expect(await table.get('k')).toEqual({ a: 'x' });
    expect(await table.get('k')).toBeUndefined();
    expect(calls[0]).toMatchObject(['GetItemCommand', { TableName: 't', ConsistentRead: true }]);
  });

  test('lists one page of the whole table, and of each item no more than was asked for', async () => {
    const { table, calls } = answering(
      {
        Items: [{ key: { S: 'state#a#1' }, heard: { M: { level: { N: '3' } } } }],
        LastEvaluatedKey: { key: { S: 'other#9' } },
        ConsumedCapacity: { CapacityUnits: 12 },
      },
      { Items: [] },
    );
    const list = { prefix: 'state#a#', attributes: ['heard'] };
    expect(await table.list(list)).toEqual({
      items: [{ key: 'state#a#1', item: { heard: { level: 3 } } }],
      next: 'other#9',
      reads: 12,
    });
    expect(await table.list({ ...list, after: 'other#9' })).toEqual({ items: [] });
    expect(calls).toMatchObject([
      [
        'ScanCommand',
        {
          TableName: 't',
          ConsistentRead: true,
          Limit: 1_000,
          Select: 'SPECIFIC_ATTRIBUTES',
          ProjectionExpression: '#key, #a0',
          FilterExpression: 'begins_with(#key, :prefix)',
          ExpressionAttributeNames: { '#key': 'key', '#a0': 'heard' },
          ExpressionAttributeValues: { ':prefix': { S: 'state#a#' } },
        },
      ],
      ['ScanCommand', { ExclusiveStartKey: { key: { S: 'other#9' } } }],
    ]);
    expect(calls[0]![1]).not.toHaveProperty('ExclusiveStartKey');
  });

  test('says what failed, and where, of a list too', async () => {
    const { table } = answering(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    const list = table.list({ prefix: 'a', attributes: [] });
    await expect(list).rejects.toMatchObject({
      code: 'table-failed',
      message: expect.stringMatching('listing the flow table t'),
    });
  });

  test('returns the item in the way without asking again', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    const { table, calls } = answering(refused({ key: { S: 'k' }, owner: { S: 'me' } }), refused());
    expect(await table.update({ key: 'k' })).toEqual({ applied: false, item: { owner: 'me' } });
    expect(await table.update({ key: 'k' })).toEqual({ applied: false, item: undefined });
    expect(calls).toHaveLength(2);
  });

  test('asks an emulator again that returns none', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:4566');
    const { table } = answering(refused(), { Item: { key: { S: 'k' }, owner: { S: 'me' } } });
    expect(await table.update({ key: 'k' })).toEqual({ applied: false, item: { owner: 'me' } });
  });

  test('tells what is the flow’s fault from what is not', async () => {
    const fail = (error: Error) => answering(error).table.update({ key: 'k', set: { a: 1 } });
    const large = invalid('Item size to update has exceeded the maximum allowed size');
    await expect(fail(large)).rejects.toMatchObject({ code: 'message-too-large', retry: 'never' });
    await expect(fail(invalid('else'))).rejects.toMatchObject({ code: 'table-failed', retry: 'always' });
    await expect(fail(Object.assign(new Error('slow'), { name: 'ThrottlingException' }))).rejects.toMatchObject({
      code: 'table-failed',
      retry: 'always',
    });
  });
});

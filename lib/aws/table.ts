import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SluiceError, toError } from '../core/errors.ts';
import type { Item, TableUpdate } from '../core/table-update.ts';
import type { FlowTable } from '../ports/flow-table.ts';
import { customEndpoint } from './client-config.ts';
import { awsError } from './errors.ts';
import { once } from './once.ts';
import { KEY, toItem } from './table-attributes.ts';
import type { OpenTable } from './table-client.ts';
import { toExpressions } from './table-expressions.ts';

/** Which table, and how to reach it. */
export interface TableOptions {
  readonly table: string | undefined;
  readonly client?: DynamoDBClient;
  /** The calls, where they are loaded already; else the first one loads them. */
  readonly open?: OpenTable;
}

const MAX_ITEM_BYTES = 400 * 1_024;

/** A flow table in DynamoDB: partition key `key`, TTL attribute `expiresAt`. */
export function dynamoTable({ table: TableName, client, open }: TableOptions): FlowTable {
  const load = once(async () => (open ?? (await import('./table-client.ts')).tableClient)(client));
  const scan = once(async () => (await import('./table-scan.ts')).tableScan(client));

  async function get(key: string): Promise<Item | undefined> {
    const name = declared(TableName);
    try {
      const found = await (await load()).get({ TableName: name, Key: { [KEY]: { S: key } }, ConsistentRead: true });
      return found && toItem(found);
    } catch (thrown) {
      throw awsError(thrown, { code: 'table-failed', doing: `reading the flow table ${name}` });
    }
  }
  return {
    get,
    async list(list) {
      const name = declared(TableName);
      try {
        return await (await scan())(name, list);
      } catch (thrown) {
        throw awsError(thrown, { code: 'table-failed', doing: `listing the flow table ${name}` });
      }
    },
    async update(update) {
      const name = declared(TableName);
      const dynamo = await load();
      try {
        const attributes = await dynamo.update({
          TableName: name,
          Key: { [KEY]: { S: update.key } },
          ...toExpressions(update),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        return { applied: true, item: toItem(attributes ?? {}) };
      } catch (thrown) {
        const failed = dynamo.conditionFailed(thrown);
        if (!failed) throw tableError(thrown, name, update);
        if (failed.item) return { applied: false, item: toItem(failed.item) };
        // DynamoDB returns no item only where there was none; some emulators never return it.
        return { applied: false, item: customEndpoint('DYNAMODB') ? await get(update.key) : undefined };
      }
    },
  };
}

function declared(table: string | undefined): string {
  if (table !== undefined) return table;
  throw new SluiceError('option-invalid', 'a flow table is used, but none is configured', {
    fix: 'Give awsCloud a table; the construct makes one where a tier joins, paces or delivers once.',
  });
}

function tableError(thrown: unknown, table: string, { key }: TableUpdate): SluiceError {
  const { message } = toError(thrown);
  const doing = `writing the flow table ${table}`;
  if (/item size.*exceeded/i.test(message)) {
    return new SluiceError('message-too-large', `the item ${key} would be too large for the flow table`, {
      fix: `An item holds at most ${MAX_ITEM_BYTES} bytes: send large data as objects.`,
      details: { key, limit: MAX_ITEM_BYTES },
      cause: thrown,
      retry: 'never',
    });
  }
  return awsError(thrown, { code: 'table-failed', doing });
}

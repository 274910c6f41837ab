import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { LIST_PAGE, type ListPage, type TableList } from '../core/table-list.ts';
import { clientConfig } from './client-config.ts';
import { KEY, toItem } from './table-attributes.ts';

/** Reads one page of a list, which here is a page of the whole table: a hash of the keys is their only order. */
export type ScanPage = (table: string, list: TableList) => Promise<ListPage>;

/** Pages over an SDK client; loaded by the first list, as no message of a flow asks for one. */
export function tableScan(client: DynamoDBClient = new DynamoDBClient(clientConfig())): ScanPage {
  return async (TableName, { prefix, attributes, after }) => {
    const names = Object.fromEntries(attributes.map((name, i) => [`#a${i}`, name]));
    const { Items, LastEvaluatedKey, ConsumedCapacity } = await client.send(
      new ScanCommand({
        TableName,
        ConsistentRead: true,
        // A role may be allowed to see these attributes and no others: it must say that it asks for no more.
        Select: 'SPECIFIC_ATTRIBUTES',
        ProjectionExpression: ['#key', ...Object.keys(names)].join(', '),
        FilterExpression: 'begins_with(#key, :prefix)',
        ExpressionAttributeNames: { '#key': KEY, ...names },
        ExpressionAttributeValues: { ':prefix': { S: prefix } },
        Limit: LIST_PAGE,
        ReturnConsumedCapacity: 'TOTAL',
        ...(after !== undefined && { ExclusiveStartKey: { [KEY]: { S: after } } }),
      }),
    );
    const next = LastEvaluatedKey && keyOf(LastEvaluatedKey);
    const reads = ConsumedCapacity?.CapacityUnits;
    return {
      items: (Items ?? []).map((item) => ({ key: keyOf(item), item: toItem(item) })),
      ...(next !== undefined && { next }),
      ...(reads !== undefined && { reads }),
    };
  };
}

const keyOf = (attributes: Record<string, AttributeValue>): string => attributes[KEY]?.S ?? '';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { clientConfig } from './client-config.ts';

type Attributes = Record<string, AttributeValue>;

/** The two calls of DynamoDB that a flow table makes. */
export interface TableClient {
  update(input: UpdateItemCommandInput): Promise<Attributes | undefined>;
  get(input: GetItemCommandInput): Promise<Attributes | undefined>;
  /** Where `update` threw because a condition failed: the item in the way, as far as DynamoDB told. */
  conditionFailed(thrown: unknown): { readonly item: Attributes | undefined } | undefined;
}

/** Opens the calls over an SDK client: one of its own, where none is given. */
export type OpenTable = (client?: DynamoDBClient) => TableClient;

/** The calls over an SDK client; this file alone loads the SDK, and is itself loaded on the first call or bundled in. */
export function tableClient(client: DynamoDBClient = new DynamoDBClient(clientConfig())): TableClient {
  return {
    update: async (input) => (await client.send(new UpdateItemCommand(input))).Attributes,
    get: async (input) => (await client.send(new GetItemCommand(input))).Item,
    conditionFailed: (thrown) =>
      thrown instanceof ConditionalCheckFailedException ? { item: thrown.Item } : undefined,
  };
}

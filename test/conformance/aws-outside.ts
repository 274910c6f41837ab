import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteQueueCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Outside } from '../../lib/conformance/index.ts';

/** What others can do on AWS to the queues and the table of a backend. */
export function awsOutside(
  sqs: SQSClient,
  dynamo: DynamoDBClient,
  table: string,
  queues: Readonly<Record<string, string>>,
): Outside {
  return {
    async deleteQueue(name) {
      await sqs.send(new DeleteQueueCommand({ QueueUrl: queues[name] }));
    },
    async sendWithAttributes(name, MessageBody) {
      const MessageAttributes = {
        text: { DataType: 'String', StringValue: 'é' },
        'number.custom': { DataType: 'Number.custom', StringValue: '1' },
        bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
      };
      await sqs.send(new SendMessageCommand({ QueueUrl: queues[name], MessageBody, MessageAttributes }));
    },
    async writeAttribute(key, attribute) {
      const input = {
        TableName: table,
        Key: { key: { S: key } },
        UpdateExpression: 'SET #set = :set, #bytes = :bytes',
        ExpressionAttributeNames: { '#set': attribute, '#bytes': `${attribute}-bytes` },
        ExpressionAttributeValues: { ':set': { SS: ['a', 'b'] }, ':bytes': { B: Uint8Array.of(0, 255) } },
      };
      await dynamo.send(new UpdateItemCommand(input));
    },
  };
}

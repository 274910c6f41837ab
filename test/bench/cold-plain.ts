/** Hand-written handlers that do the same work as the tiers they are compared with, as one would write them. */
export const PLAIN = {
  plain: `
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

const sqs = new SQSClient({});

export const handler = async (event) => {
  const batchItemFailures = [];
  const Entries = [];
  for (const record of event.Records) {
    try {
      const envelope = JSON.parse(record.body);
      Entries.push({ Id: String(Entries.length), MessageBody: JSON.stringify({ ...envelope, kind: 'answer', output: envelope.data }) });
    } catch {
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.ANSWERS, Entries }));
  console.log(JSON.stringify({ answered: Entries.length }));
  return { batchItemFailures };
};
`,
  full: `
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

const sqs = new SQSClient({});
const dynamo = new DynamoDBClient({});
const s3 = new S3Client({ forcePathStyle: true });

const mark = (key, name, value) => dynamo.send(new UpdateItemCommand({
  TableName: process.env.TABLE,
  Key: { key: { S: key } },
  UpdateExpression: 'SET #a = :a',
  ExpressionAttributeNames: { '#a': name },
  ExpressionAttributeValues: { ':a': { S: value } },
}));

export const handler = async (event) => {
  const batchItemFailures = [];
  const Entries = [];
  for (const record of event.Records) {
    try {
      const envelope = JSON.parse(record.body);
      await mark(envelope.flow, 'owner', record.messageId);
      const { bucket: Bucket, key: Key } = envelope.objects.photo;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const output = (await Body.transformToByteArray()).byteLength;
      Entries.push({ Id: String(Entries.length), MessageBody: JSON.stringify({ ...envelope, kind: 'answer', output }) });
    } catch {
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.ANSWERS, Entries }));
  for (const { MessageBody } of Entries) await mark(JSON.parse(MessageBody).flow, 'done', 'yes');
  console.log(JSON.stringify({ answered: Entries.length }));
  return { batchItemFailures };
};
`,
} as const;

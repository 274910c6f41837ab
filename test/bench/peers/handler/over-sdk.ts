import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import { createHandler } from '../../../../lib/aws/handler.ts';
import { defineTier } from '../../../../lib/index.ts';
import { environmentOf, graphOf } from '../../../aws-handler/harness.ts';
import type { Calls } from './backend.ts';
import type { SqsEvent } from './batches.ts';
import { CONTEXT, type Contender } from './contender.ts';
import { Prediction, predict, Reading } from './task.ts';

type SqsRecord = SqsEvent['Records'][number];

/** The AWS SDK as each contender uses it, against whatever `AWS_ENDPOINT_URL` names: each as it would be deployed. */
export function contenderOverSdk(name: string): Contender {
  if (name === 'sluice' || name === 'sluice, once') return sluice(name);
  return name === 'middy, sqs-partial-batch-failure' ? middyAlone(name) : powertools(name);
}

const QUEUE_URL = `${process.env.AWS_ENDPOINT_URL}/123/answers`;

/** Counts what really goes over the wire. */
function counted(): Calls {
  const calls: Calls = { queue: 0, table: 0 };
  const { request } = process.getBuiltinModule('node:http');
  process.getBuiltinModule('node:http').request = ((...given: Parameters<typeof request>) => {
    const options = given[0] as { readonly headers?: Readonly<Record<string, string>> };
    const target = String(options.headers?.['x-amz-target'] ?? options.headers?.['X-Amz-Target'] ?? '');
    calls[target.startsWith('AmazonSQS') ? 'queue' : 'table'] += 1;
    return request(...given);
  }) as typeof request;
  process.getBuiltinModule('node:module').syncBuiltinESMExports();
  return calls;
}

function sluice(name: 'sluice' | 'sluice, once'): Contender {
  const calls = counted();
  const tier = defineTier({
    name: 'only',
    input: Reading,
    output: Prediction,
    delivery: name === 'sluice' ? 'at-least-once' : 'once',
    predict: ({ data }) => predict(data),
  });
  // Nothing else is given: decisions and metrics go to standard output, as they do on Lambda.
  const handler = createHandler(tier, { env: environmentOf(graphOf([tier]), 'only') });
  return { name, version: 'this one', does: '', calls, handle: (event) => handler(event as never, CONTEXT) };
}

async function work(sqs: SQSClient, record: SqsRecord): Promise<unknown> {
  const { data } = JSON.parse(record.body) as { readonly data: unknown };
  const output = Prediction.parse(predict(Reading.parse(data)));
  await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: JSON.stringify(output) }));
  return output;
}

function powertools(name: string): Contender {
  const calls = counted();
  const sqs = new SQSClient({});
  const processor = new BatchProcessor(EventType.SQS);
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'idempotency' });
  const handleRecord = makeIdempotent((record: SqsRecord) => work(sqs, record) as Promise<never>, {
    persistenceStore,
    config: new IdempotencyConfig({ eventKeyJmesPath: 'messageId' }),
  });
  return {
    name,
    version: '2.35.0',
    does: '',
    calls,
    handle: (event) =>
      processPartialResponse(event as never, handleRecord as never, processor, { context: CONTEXT as never }),
  };
}

function middyAlone(name: string): Contender {
  const calls = counted();
  const sqs = new SQSClient({});
  const handler = middy()
    .use(sqsPartialBatchFailure())
    .handler((async ({ Records }: SqsEvent) =>
      Promise.allSettled(Records.map((record) => work(sqs, record)))) as never);
  return {
    name,
    version: '7.9.2, 6.4.5',
    does: '',
    calls,
    handle: (event) => (handler as unknown as Contender['handle'])(event, ...([CONTEXT] as unknown as [])),
  };
}

import type { Calls } from './backend.ts';
import type { SqsEvent } from './batches.ts';

/** A handler of SQS events over a backend of its own. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  readonly does: string;
  readonly calls: Calls;
  handle(event: SqsEvent): Promise<{ readonly batchItemFailures: readonly unknown[] }>;
}

/** Enough of a Lambda context. */
export const CONTEXT = {
  awsRequestId: 'request',
  functionName: 'only',
  functionVersion: '1',
  memoryLimitInMB: '1024',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123:function:only',
  getRemainingTimeInMillis: () => 30_000,
};

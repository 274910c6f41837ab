import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import { createBackend } from './backend.ts';
import type { SqsEvent } from './batches.ts';
import { CONTEXT, type Contender } from './contender.ts';
import { Prediction, predict, Reading } from './task.ts';

/** Middy and its middleware for partial failures, as its documentation shows: no idempotency. */
export function middyHandler(): Contender {
  const backend = createBackend();
  const handler = middy()
    .use(sqsPartialBatchFailure())
    .handler((async ({ Records }: SqsEvent) =>
      Promise.allSettled(
        Records.map(async (record) => {
          const { data } = JSON.parse(record.body) as { readonly data: unknown };
          const output = Prediction.parse(predict(Reading.parse(data)));
          await backend.send([JSON.stringify(output)]);
        }),
      )) as never);
  return {
    name: 'middy, sqs-partial-batch-failure',
    version: '7.9.2, 6.4.5',
    does: 'validation by hand, retry',
    calls: backend.calls,
    handle: (event) => (handler as unknown as Contender['handle'])(event, ...([CONTEXT] as unknown as [])),
  };
}

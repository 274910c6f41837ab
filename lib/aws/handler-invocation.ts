import type { DecisionRecord } from '../core/decision.ts';
import { SluiceError } from '../core/errors.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { BatchHandler } from '../runtime/handler.ts';
import type { DrainGuard } from './drain.ts';
import { workOff } from './handler-batch.ts';
import { observed } from './handler-cloud.ts';
import {
  type BatchResponse,
  failing,
  isUsable,
  recordsOf,
  type SqsRecord,
  toMessage,
  wholeBatch,
} from './handler-records.ts';
import { type Traceable, traceRecords } from './trace.ts';

/** What a function on a queue works with, made once. */
export interface SqsFunction {
  readonly application: string;
  /** Name of the tier or destination. */
  readonly name: string;
  readonly cloud: Cloud;
  /** Told of the messages of an invocation before anything is done with them. */
  readonly received: (messages: readonly { readonly body: string }[]) => void;
  /** The logical name of the queue that an ARN means. */
  readonly queueOf: (arn: string) => string | undefined;
  readonly handlerOf: (queue: string, cloud: Cloud) => BatchHandler;
  readonly guard: DrainGuard;
  /** False while times say nothing about the next slice: the model is loading. */
  readonly learns: () => boolean;
  /** Resolves when what can be done before the first record is done; never rejects. */
  readonly ready: Promise<void>;
}

/** One invocation: what of its event is done, and what was decided on the way. */
export interface Invocation {
  readonly records: DecisionRecord[];
  /** What the log did not take, and why, where that happened. */
  readonly refused: { readonly records: DecisionRecord[]; why?: unknown };
  /** Messages given back untouched because time was running out. */
  handedBack: number;
  /** Works the event off. @throws what is the function's own fault, and no record's */
  run(made: SqsFunction, remainingMs: () => number, env: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** Every record that is not proven done comes back. */
  response(): BatchResponse;
}

/** Takes an event in. */
export function beginInvocation(event: unknown): Invocation {
  const all = recordsOf<SqsRecord>(event, ({ messageId }) => messageId);
  const open = new Set(all);
  const invocation: Invocation = {
    records: [],
    refused: { records: [] },
    handedBack: 0,
    async run(made, remainingMs, env) {
      if (!all)
        throw new SluiceError('option-invalid', 'the event is not one of SQS: it has no records with a messageId');
      for (const [arn, records] of Map.groupBy(all.filter(isUsable), (record) => record.eventSourceARN)) {
        made.received(records);
        const { refused } = invocation;
        const cloud = observed(
          made.cloud,
          (decided) => invocation.records.push(...decided),
          (untold, why) => {
            refused.records.push(...untold);
            refused.why = why;
          },
        );
        const queue = made.queueOf(arn);
        if (queue === undefined) throw unknownQueue(made, arn);
        const byReceipt = new Map(records.map((record) => [record.receiptHandle, record]));
        const { messages, end } = await traceRecords(
          { application: made.application, tier: made.name, queue },
          records.map((record) => toTraceable(record, cloud.clock.now())),
          env,
        );
        try {
          invocation.handedBack += await workOff({
            queue: cloud.queue(queue),
            messages,
            handle: made.handlerOf(queue, cloud),
            guard: made.guard,
            learns: made.learns,
            remainingMs,
            onDone: ({ receipt }) => open.delete(byReceipt.get(receipt)!),
          });
        } finally {
          end(invocation.records);
        }
      }
      const unusable = all.filter((record) => !isUsable(record)).length;
      if (unusable > 0) throw new SluiceError('option-invalid', `${unusable} records have no body, receipt or queue`);
    },
    response: () => (all ? failing(new Set([...open].map(({ messageId }) => messageId))) : wholeBatch()),
  };
  return invocation;
}

function toTraceable(record: SqsRecord, now: number): Traceable {
  return { ...toMessage(record, now), traceHeader: record.attributes.AWSTraceHeader };
}

function unknownQueue({ name }: SqsFunction, arn: string): SluiceError {
  return new SluiceError('queue-unknown', `records of ${arn} came, which this function does not read`, {
    tier: name,
    fix: 'Map the queues of the Cascade construct to its own functions only.',
  });
}

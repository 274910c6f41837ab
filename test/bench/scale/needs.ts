import { LIMITS } from './aws.ts';

/** Seconds of a day. */
export const DAY = 86_400;

/** A queue under the average load, in full batches. */
export interface QueueEstimate {
  readonly queue: string;
  readonly tier: string;
  readonly messagesPerSecond: number;
  readonly invocationsPerSecond: number;
  readonly invocationMs: number;
  readonly concurrency: number;
}

/** Something AWS limits, at the peak. */
export interface Need {
  readonly what: string;
  readonly peak: number;
  readonly limit: number;
  readonly scope: string;
}

/** What a day counts. */
export interface DailyCounts {
  readonly messages: number;
  readonly writes: number;
  readonly puts: number;
  readonly gets: number;
}

/** What a load needs of everything that AWS limits, at the peak. */
export function needsOf(queues: readonly QueueEstimate[], daily: DailyCounts, peak: number): readonly Need[] {
  const busiest = queues.reduce((a, b) => (b.concurrency > a.concurrency ? b : a));
  const inFlight = queues.map((q) => q.messagesPerSecond * (q.invocationMs / 1_000));
  const sum = (of: (queue: QueueEstimate) => number): number => queues.reduce((total, queue) => total + of(queue), 0);
  const perSecond = (count: number): number => (count / DAY) * peak;
  return [
    {
      what: 'Lambda: invocations at a time',
      peak: peak * sum((q) => q.concurrency),
      limit: LIMITS.accountConcurrency,
      scope: 'account; can be raised',
    },
    {
      what: 'Lambda: invocations a second',
      peak: peak * sum((q) => q.invocationsPerSecond),
      limit: LIMITS.accountConcurrency * LIMITS.invocationsPerConcurrency,
      scope: 'account; follows the one above',
    },
    {
      what: `Lambda: batches at a time from ${busiest.queue}`,
      peak: peak * busiest.concurrency,
      limit: LIMITS.mapping.most,
      scope: 'queue; pollers lift it',
    },
    {
      what: 'SQS: messages in flight',
      peak: peak * Math.max(...inFlight),
      limit: LIMITS.inFlight,
      scope: 'queue; can be raised',
    },
    {
      what: 'DynamoDB: writes a second',
      peak: perSecond(daily.writes),
      limit: LIMITS.tableWrites.quota,
      scope: 'table; can be raised',
    },
    {
      what: 'DynamoDB: writes a second, at first',
      peak: perSecond(daily.writes),
      limit: LIMITS.tableWrites.atFirst,
      scope: 'new table; warm it before',
    },
    {
      what: 'S3: puts a second',
      peak: perSecond(daily.puts),
      limit: LIMITS.objects.puts,
      scope: 'partition of a prefix; S3 adds them in time',
    },
    {
      what: 'S3: gets a second',
      peak: perSecond(daily.gets),
      limit: LIMITS.objects.gets,
      scope: 'partition of a prefix; S3 adds them in time',
    },
  ];
}

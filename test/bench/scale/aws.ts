/**
 * What AWS publishes: limits from its documentation, prices of us-east-1, both as read in November 2026. Every other file
 * of the simulation takes its figures from here; what AWS does *not* publish is in `assumed.ts`.
 */

/** Where each figure stands. */
export const SOURCES = {
  sqsScaling: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html',
  sqsBatching: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html',
  sqsErrors: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html',
  lambdaScaling: 'https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html',
  lambdaConcurrency: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html',
  lambdaMemory: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html',
  lambdaPrices: 'https://aws.amazon.com/lambda/pricing/',
  sqsQuotas: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html',
  sqsPrices: 'https://aws.amazon.com/sqs/pricing/',
  tableScaling: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html',
  tableQuotas: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html',
  tablePrices: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  objectRates: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html',
  objectPrices: 'https://aws.amazon.com/s3/pricing/',
  logPrices: 'https://aws.amazon.com/cloudwatch/pricing/',
  deliveryPrices: 'https://aws.amazon.com/firehose/pricing/',
} as const;

/** Limits and rates. Rates are per second unless the name says otherwise. */
export const LIMITS = {
  /** An event source mapping of a standard queue ({@link SOURCES.sqsScaling}). */
  mapping: { start: 5, perMinute: 300, most: 1_250 },
  /** The same in provisioned mode: pollers, and what one of them may do. */
  pollers: {
    concurrencyPerMinute: 1_000,
    invocationsEach: 10,
    receivesEach: 10,
    bytesEach: 1_000_000,
    minimum: 2,
    maximum: 200,
    most: 10_000,
  },
  /** An account's invocations at a time, until it asks for more ({@link SOURCES.lambdaConcurrency}). */
  accountConcurrency: 1_000,
  /** Invocations a second, for each invocation at a time ({@link SOURCES.lambdaConcurrency}). */
  invocationsPerConcurrency: 10,
  /** New execution environments of one function ({@link SOURCES.lambdaScaling}). */
  environments: { count: 1_000, perSeconds: 10 },
  /** Memory at which a function has one vCPU, MiB ({@link SOURCES.lambdaMemory}). */
  vcpuMiB: 1_769,
  /** Messages that one call of SQS receives, sends or deletes. */
  messagesPerRequest: 10,
  /** Longest wait of a receive, seconds ({@link SOURCES.sqsQuotas}). */
  longPollSeconds: 20,
  /** Messages received and not yet deleted, a queue ({@link SOURCES.sqsQuotas}). */
  inFlight: 120_000,
  /** Write units of an on-demand table: a new one at once, and any by default ({@link SOURCES.tableQuotas}). */
  tableWrites: { atFirst: 4_000, quota: 40_000 },
  /** Requests a partitioned prefix takes at least ({@link SOURCES.objectRates}). */
  objects: { puts: 3_500, gets: 5_500 },
} as const;

/** Dollars; free tiers and volume discounts are left out. */
export const PRICES = {
  /** Requests of up to 64 KB. */
  sqsRequest: 0.4 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64. */
  lambdaGbSecond: 0.000_013_333_4,
  pollerHour: 0.009_25,
  /** Write units of 1 KB. */
  tableWrite: 0.625 / 1e6,
  tableGbMonth: 0.25,
  objectPut: 5 / 1e6,
  objectGet: 0.4 / 1e6,
  objectGbMonth: 0.023,
  logGb: 0.5,
  deliveryGb: 0.03,
} as const;

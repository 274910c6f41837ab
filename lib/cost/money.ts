import type { RegionPrices } from './prices.ts';
import type { TierUsage, Usage } from './usage.ts';

/** Dollars by service. */
export interface Money {
  readonly lambda: number;
  readonly sqs: number;
  readonly dynamodb: number;
  readonly s3: number;
  /** The decision log and the functions' own log lines. */
  readonly logs: number;
  /** Services that only an alternative needs. */
  readonly other: number;
}

/** One tier's part of the bill. */
export interface TierMoney {
  readonly name: string;
  /** MiB. */
  readonly memory: number;
  /** Milliseconds that its function is billed for, and whether they were measured there or computed. */
  readonly ms: number;
  readonly msFrom: 'measured' | 'computed';
  readonly money: Money;
}

/** What cannot be counted where the run was, and is assumed instead. */
export interface Assumed {
  /** Milliseconds that a call of SQS, DynamoDB or S3 takes from a function in the same region. */
  readonly callMs: number;
  /** Bytes that an invocation writes to CloudWatch Logs: its metrics, and Lambda's own lines. */
  readonly logBytesPerInvocation: number;
  /** Share of a decision record's bytes that is left of it gzipped, ten together (decision 0023). */
  readonly gzipped: number;
  /** Months that decision records are kept. */
  readonly keptMonths: number;
}

export const ASSUMED: Assumed = { callMs: 8, logBytesPerInvocation: 900, gzipped: 0.25, keptMonths: 3 };

const GIB_MIB = 1_024;
const GB = 1e9;
/** Firehose bills each piece as a multiple of it. */
const PIECE_BYTES = 5 * 1_024;

/** Dollars for what a tier used. Memory in MiB. */
export function moneyOfTier(
  tier: TierUsage,
  memory: number,
  prices: RegionPrices,
  assumed: Assumed = ASSUMED,
): TierMoney {
  const { billed } = tier;
  const measured = billed.ms > 0;
  const ms = measured ? billed.ms : computedMs(tier, assumed);
  return {
    name: tier.name,
    memory,
    ms,
    msFrom: measured ? 'measured' : 'computed',
    money: {
      lambda: billed.invocations * prices.lambdaRequest + gbSeconds(ms, memory) * prices.lambdaGbSecond,
      sqs: billed.requests * prices.sqsRequest,
      dynamodb: billed.writes * prices.tableWrite + billed.reads * prices.tableRead,
      s3: billed.puts * prices.objectPut + billed.gets * prices.objectGet,
      logs:
        ((billed.invocations * assumed.logBytesPerInvocation) / GB) * prices.logGb + decisionLog(tier, prices, assumed),
      other: 0,
    },
  };
}

/** Decisions go as one gzipped piece an invocation, and lie in the bucket. */
function decisionLog({ logBytes, billed }: TierUsage, prices: RegionPrices, { gzipped, keptMonths }: Assumed): number {
  const { invocations } = billed;
  const kept = logBytes * gzipped;
  const pieces = invocations === 0 ? 0 : invocations * Math.ceil(kept / invocations / PIECE_BYTES);
  return ((pieces * PIECE_BYTES) / GB) * prices.firehoseGb + (kept / GB) * keptMonths * prices.objectGbMonth;
}

/**
 * Where no function ran: the model's time, and of each invocation the waits one after the other: a send, and the table and
 * object calls of a record, which those of its batch share.
 */
function computedMs({ modelMs, records, billed }: TierUsage, { callMs }: Assumed): number {
  const callsPerRecord = records === 0 ? 0 : (billed.writes + billed.reads + billed.puts + billed.gets) / records;
  return modelMs + billed.invocations * callMs * (1 + callsPerRecord);
}

/** GiB-seconds of a function of so many MiB. */
export const gbSeconds = (ms: number, memory: number): number => (ms / 1_000) * (memory / GIB_MIB);

/** The line of the bill that is the clients': they send each message in a request of its own. */
export const CLIENTS = 'clients';

/** Dollars of a whole run: what clients sent, then tier by tier; `memoryOf` in MiB. */
export function moneyOf(
  usage: Usage,
  memoryOf: (tier: string) => number,
  prices: RegionPrices,
  assumed: Assumed = ASSUMED,
): readonly TierMoney[] {
  const sends = { ...NO_MONEY, sqs: usage.sent * prices.sqsRequest };
  return [
    { name: CLIENTS, memory: 0, ms: 0, msFrom: 'computed', money: sends },
    ...usage.tiers.map((tier) => moneyOfTier(tier, memoryOf(tier.name), prices, assumed)),
  ];
}

export const NO_MONEY: Money = { lambda: 0, sqs: 0, dynamodb: 0, s3: 0, logs: 0, other: 0 };

/** The sum, service by service. */
export function addMoney(all: readonly Money[]): Money {
  return all.reduce(
    (a, b) => ({
      lambda: a.lambda + b.lambda,
      sqs: a.sqs + b.sqs,
      dynamodb: a.dynamodb + b.dynamodb,
      s3: a.s3 + b.s3,
      logs: a.logs + b.logs,
      other: a.other + b.other,
    }),
    NO_MONEY,
  );
}

/** The same share of each service. */
export function timesMoney(money: Money, factor: number): Money {
  return {
    lambda: money.lambda * factor,
    sqs: money.sqs * factor,
    dynamodb: money.dynamodb * factor,
    s3: money.s3 * factor,
    logs: money.logs * factor,
    other: money.other * factor,
  };
}

/** All of it, dollars. */
export const total = ({ lambda, sqs, dynamodb, s3, logs, other }: Money): number =>
  lambda + sqs + dynamodb + s3 + logs + other;

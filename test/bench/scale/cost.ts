import { PRICES } from './aws.ts';
import type { Outcome, TierOutcome } from './simulate.ts';

/** Dollars by service. */
export interface Dollars {
  readonly sqs: number;
  readonly lambda: number;
  readonly pollers: number;
  readonly table: number;
  readonly objects: number;
  readonly logs: number;
}

/** What dollars follow from. */
export interface Bill {
  readonly sqsRequests: number;
  readonly invocations: number;
  readonly gbSeconds: number;
  readonly pollerSeconds: number;
  readonly writes: number;
  readonly puts: number;
  readonly gets: number;
  readonly logBytes: number;
}

const GB = 1e9;

/** A bill at list prices; storage is left out, because nothing in a run lasts long enough for it. */
export function dollarsOf(bill: Bill): Dollars {
  return {
    sqs: bill.sqsRequests * PRICES.sqsRequest,
    lambda: bill.invocations * PRICES.lambdaRequest + bill.gbSeconds * PRICES.lambdaGbSecond,
    pollers: (bill.pollerSeconds / 3_600) * PRICES.pollerHour,
    table: bill.writes * PRICES.tableWrite,
    objects: bill.puts * PRICES.objectPut + bill.gets * PRICES.objectGet,
    logs: (bill.logBytes / GB) * (PRICES.logGb + PRICES.deliveryGb),
  };
}

/** What a tier's part of a run costs. */
export function dollarsOfTier({ usage, requests, pollerSeconds }: TierOutcome, { run }: Outcome): Dollars {
  const { decisionBytes, invocationLogBytes } = run.assumed;
  return dollarsOf({
    sqsRequests: requests + usage.sends,
    invocations: usage.invocations,
    gbSeconds: usage.gbSeconds,
    pollerSeconds,
    writes: usage.writes,
    puts: usage.puts,
    gets: usage.gets,
    logBytes: usage.done * decisionBytes + usage.invocations * invocationLogBytes,
  });
}

/** The sum of dollars by service. */
export function addDollars(all: readonly Dollars[]): Dollars {
  const sum = (of: (dollars: Dollars) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    sqs: sum((d) => d.sqs),
    lambda: sum((d) => d.lambda),
    pollers: sum((d) => d.pollers),
    table: sum((d) => d.table),
    objects: sum((d) => d.objects),
    logs: sum((d) => d.logs),
  };
}

/** All of it. */
export function totalDollars({ sqs, lambda, pollers, table, objects, logs }: Dollars): number {
  return sqs + lambda + pollers + table + objects + logs;
}

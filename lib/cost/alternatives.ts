import { addMoney, CLIENTS, gbSeconds, type Money, NO_MONEY, type TierMoney, timesMoney } from './money.ts';
import type { RegionPrices } from './prices.ts';
import type { TierUsage, Usage } from './usage.ts';

/** The same work done another way, computed from its published price and the steps that the counted work would take there. */
export interface Alternative {
  readonly name: string;
  /** The steps that are paid, and how many of them a flow takes. */
  readonly steps: string;
  readonly money: Money;
}

/** What alternatives are computed from: the counted run, and its own bill. */
export interface Counted {
  readonly usage: Usage;
  readonly bill: readonly TierMoney[];
  /** Name of the tier that always answers. */
  readonly last: string;
  readonly prices: RegionPrices;
}

/** Time that an invocation of a single record takes beside its model: no batch shares it. */
const ALONE_MS = 8;
/** Express workflows are billed in steps of 100 ms and 64 MB. */
const EXPRESS_STEP_MS = 100;
const EXPRESS_GB = 0.064;
/** What an operation of a durable function is taken to write: a prediction and its bookkeeping. */
const DURABLE_BYTES = 1_000;

/** Name of the alternative without a cascade. */
export const LAST_TIER_ONLY = 'last tier only';

/** Every alternative that can be computed from the run. */
export function alternatives(run: Counted): readonly Alternative[] {
  return [lastTierOnly(run), powertools(run), durableFunction(run), expressWorkflow(run), standardWorkflow(run)];
}

/** Every flow goes to the last tier, at what one of its records cost. */
export function lastTierOnly({ usage, bill, last, prices }: Counted): Alternative {
  const used = usage.tiers.find(({ name }) => name === last);
  const paid = bill.find(({ name }) => name === last);
  const others = bill.filter(({ name }) => name !== CLIENTS && !isTier(usage, name));
  const each = used && paid && used.predictions > 0 ? timesMoney(paid.money, 1 / used.predictions) : NO_MONEY;
  return {
    name: LAST_TIER_ONLY,
    steps: `every flow to ${last}`,
    money: addMoney([oneSend(usage, prices), timesMoney(each, usage.flows), ...others.map(({ money }) => money)]),
  };
}

/** The same functions and queues by hand, each record made idempotent: two writes, as the utility's documentation says. */
function powertools({ usage, bill, prices }: Counted): Alternative {
  const records = sum(usage.tiers, ({ records }) => records);
  const own = addMoney(bill.map(({ money }) => ({ ...money, dynamodb: 0 })));
  const writes = { ...NO_MONEY, dynamodb: 2 * records * prices.tableWrite };
  return {
    name: 'Powertools batch + idempotency',
    steps: `${perFlow(2 * records, usage)} table writes a flow`,
    money: addMoney([own, writes]),
  };
}

/** One function runs a flow's tiers as steps: its memory is the largest tier's, and a dispatcher reads the queue. */
function durableFunction({ usage, bill, prices }: Counted): Alternative {
  const operations = sum(usage.tiers, ({ predictions, records, name }) =>
    isTier(usage, name) ? predictions : records,
  );
  const memory = Math.max(...bill.map((tier) => tier.memory));
  const ms = sum(usage.tiers, ({ modelMs }) => modelMs) + usage.flows * ALONE_MS;
  const [first] = usage.tiers;
  const received = (first?.billed.requests ?? 0) * prices.sqsRequest;
  return {
    name: 'Lambda durable function',
    steps: `${perFlow(operations, usage)} operations a flow, one function of ${memory} MiB`,
    money: addMoney([
      { ...NO_MONEY, sqs: received, lambda: (first?.billed.invocations ?? 0) * prices.lambdaRequest },
      oneSend(usage, prices),
      {
        ...NO_MONEY,
        lambda: usage.flows * prices.lambdaRequest + gbSeconds(ms, memory) * prices.lambdaGbSecond,
        other: operations * (prices.durableOperation + (DURABLE_BYTES / 1e9) * prices.durableGb),
      },
    ]),
  };
}

/** A task and a choice for each tier but the last, which has no choice, and a task for the answer. */
function standardWorkflow({ usage, bill, last, prices }: Counted): Alternative {
  const transitions = sum(usage.tiers, ({ name, predictions, records }) =>
    isTier(usage, name) ? predictions * (name === last ? 1 : 2) : records,
  );
  return {
    name: 'Step Functions, standard',
    steps: `${perFlow(transitions, usage)} transitions a flow`,
    money: addMoney([single(usage, bill, prices), { ...NO_MONEY, other: transitions * prices.transition }]),
  };
}

/** Where one function sees all of a flow's data, clients send it in one message. */
const oneSend = ({ flows }: Usage, { sqsRequest }: RegionPrices): Money => ({ ...NO_MONEY, sqs: flows * sqsRequest });

function expressWorkflow({ usage, bill, prices }: Counted): Alternative {
  const tasks = sum(usage.tiers, invocationsAlone(usage));
  const ms = sum(usage.tiers, ({ modelMs }) => modelMs) + tasks * ALONE_MS;
  const perFlowMs = usage.flows === 0 ? 0 : ms / usage.flows;
  const billedMs = Math.ceil(perFlowMs / EXPRESS_STEP_MS) * EXPRESS_STEP_MS;
  return {
    name: 'Step Functions, express',
    steps: `1 workflow of ${billedMs} ms a flow`,
    money: addMoney([
      single(usage, bill, prices),
      {
        ...NO_MONEY,
        other: usage.flows * (prices.expressRequest + (billedMs / 1_000) * EXPRESS_GB * prices.expressGbSecond),
      },
    ]),
  };
}

/** A workflow calls each tier's function with one record: no batches. */
function single(usage: Usage, bill: readonly TierMoney[], prices: RegionPrices): Money {
  const alone = invocationsAlone(usage);
  return addMoney(
    usage.tiers.map((tier) => {
      const invocations = alone(tier);
      const { memory, money } = bill.find(({ name }) => name === tier.name)!;
      const ms = tier.modelMs + invocations * ALONE_MS;
      const lambda = invocations * prices.lambdaRequest + gbSeconds(ms, memory) * prices.lambdaGbSecond;
      return { ...NO_MONEY, lambda, s3: money.s3 };
    }),
  );
}

const invocationsAlone =
  (usage: Usage) =>
  ({ name, predictions, records }: TierUsage): number =>
    isTier(usage, name) ? predictions : records;

/** The destination and the function of controls predict nothing. */
function isTier({ tiers }: Usage, name: string): boolean {
  return (tiers.find((tier) => tier.name === name)?.predictions ?? 0) > 0;
}

const perFlow = (count: number, { flows }: Usage): string => (flows === 0 ? '0' : (count / flows).toFixed(2));

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);

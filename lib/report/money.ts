import { alternatives } from '../cost/alternatives.ts';
import { addMoney, moneyOf, timesMoney, total } from '../cost/money.ts';
import { PRICES, type PriceTable, pricesOf } from '../cost/prices.ts';
import type { Usage } from '../cost/usage.ts';
import type { MoneyFigures } from './figures.ts';

/** What money is computed from beside the counted usage. */
export interface Pricing {
  /** Default: us-east-1. */
  readonly region?: string;
  readonly prices?: PriceTable;
  /** MiB by tier. Default: 1,024. */
  readonly memory?: Readonly<Record<string, number>>;
}

const MILLION = 1e6;
const DEFAULT_MEMORY = 1_024;

/** Dollars for a million flows; nothing where no flow ended, or no record says what was billed. */
export function moneyFigures(usage: Usage, last: string | undefined, pricing: Pricing): MoneyFigures | undefined {
  const { region = 'us-east-1', prices: table = PRICES, memory } = pricing;
  const isBilled = usage.tiers.some(({ billed }) => billed.invocations > 0);
  if (usage.flows === 0 || !isBilled || last === undefined) return undefined;
  const prices = pricesOf(region, table);
  const factor = MILLION / usage.flows;
  const memoryOf = (name: string): number =>
    memory !== undefined && Object.hasOwn(memory, name) ? memory[name]! : DEFAULT_MEMORY;
  const bill = moneyOf(usage, memoryOf, prices);
  const tiers = bill.map((tier) => ({ ...tier, ms: tier.ms * factor, money: timesMoney(tier.money, factor) }));
  const money = addMoney(tiers.map((tier) => tier.money));
  const others = alternatives({ usage, bill, last, prices }).map((one) => {
    const each = timesMoney(one.money, factor);
    return { ...one, money: each, total: total(each) };
  });
  return {
    region,
    date: table.date,
    unbilled: usage.unbilled,
    total: total(money),
    money,
    tiers,
    alternatives: others,
    memoryKnown: memory !== undefined,
  };
}

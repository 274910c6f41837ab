import { type Counted, lastTierOnly } from './alternatives.ts';
import { forecast, type Visits, visitsOf } from './forecast.ts';
import { addMoney, moneyOf, NO_MONEY, type TierMoney, timesMoney, total } from './money.ts';
import type { RegionPrices } from './prices.ts';
import { type Usage, type UsageCounter, usageCounter } from './usage.ts';

/** What a cascade used, taken apart as other thresholds change it. */
export interface CascadeUsage {
  readonly usage: Usage;
  /** Of it, data stored until its signal comes: all of it comes, whatever the tiers before escalate. */
  readonly waiting: Usage;
  /** By tier: the share of its answers that went on in shadow. */
  readonly audits: readonly number[];
}

/** Dollars for a million flows; left out where a tier is needed that the run never came to, so that its price is not known. */
export interface Dollars {
  /** Under the thresholds of the run: counted. */
  readonly now: number;
  /** Under others, audits as they are. */
  readonly chosen?: number;
  /** Every flow by the last tier, and no other. */
  readonly lastTier?: number;
}

const MILLION = 1e6;

/** Adds up what the records of a cascade say it used; other records of its application count as well. */
export function cascadeCounter(tiers: readonly string[]): {
  add: UsageCounter['add'];
  counted(): CascadeUsage;
} {
  const all = usageCounter();
  const waiting = usageCounter();
  const answers = new Map(tiers.map((name) => [name, { accepted: 0, audited: 0 }]));
  return {
    add(record, bytes) {
      all.add(record, bytes);
      const { tier, decision, audit, in: inputs } = record;
      if (decision === 'parked' && inputs.some(({ kind }) => kind === 'data')) waiting.add(record, bytes);
      const counts = answers.get(tier);
      if (decision !== 'accepted' || !counts) return;
      counts.accepted += 1;
      if (audit) counts.audited += 1;
    },
    counted: () => ({
      usage: all.usage(),
      waiting: waiting.usage(),
      audits: [...answers.values()].map(({ accepted, audited }) => (accepted === 0 ? 0 : audited / accepted)),
    }),
  };
}

/**
 * What a million flows cost, and would cost where each tier answers the share `answers` of them: what work at a tier cost
 * in the run, as often as flows and shadows come there.
 */
export function dollarsUnder(
  { usage, waiting, audits }: CascadeUsage,
  tiers: readonly string[],
  answers: readonly number[],
  memoryOf: (tier: string) => number,
  prices: RegionPrices,
): Dollars {
  const bill = moneyOf(usage, memoryOf, prices);
  const stored = moneyOf(waiting, memoryOf, prices);
  const moving = bill.map((tier) => without(tier, stored));
  const per = MILLION / usage.flows;
  const predictions = tiers.map((name) => usage.tiers.find((tier) => tier.name === name)?.predictions ?? 0);
  const due = visitsUnder(answers, audits);
  const isPriced = due.every((visits, tier) => visits === 0 || predictions[tier]! > 0);
  const visits: Visits = {
    ...visitsOf(usage),
    ...Object.fromEntries(
      tiers.map((name, i) => {
        const came = predictions[i]! / predictions[0]!;
        return [name, predictions[i] === 0 ? 0 : (visitsOf(usage)[name]! * due[i]!) / came];
      }),
    ),
  };
  const run: Counted = { usage, bill, last: tiers.at(-1)!, prices };
  return {
    now: total(addMoney(bill.map(({ money }) => money))) * per,
    ...(isPriced && {
      chosen: total(forecast(usage, moving, visits, MILLION)) + total(addMoney(stored.map(({ money }) => money))) * per,
    }),
    ...(predictions.at(-1)! > 0 && { lastTier: total(lastTierOnly(run).money) * per }),
  };
}

/** By tier: the share of flows that come to it, those that come in shadow included: these go on to the last tier. */
function visitsUnder(answers: readonly number[], audits: readonly number[]): readonly number[] {
  let [reached, shadows] = [1, 0];
  return answers.map((share, tier) => {
    const visits = reached + shadows;
    reached = Math.max(0, reached - share);
    shadows += share * audits[tier]!;
    return visits;
  });
}

function without(tier: TierMoney, parts: readonly TierMoney[]): TierMoney {
  const part = parts.find(({ name }) => name === tier.name)?.money ?? NO_MONEY;
  return { ...tier, money: addMoney([tier.money, timesMoney(part, -1)]) };
}

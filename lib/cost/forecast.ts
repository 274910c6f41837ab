import { addMoney, CLIENTS, type Money, type TierMoney, timesMoney } from './money.ts';
import type { Usage } from './usage.ts';

/** Shares of all flows that come to a tier: from a calibration, or another run. */
export type Visits = Readonly<Record<string, number>>;

/** How many records each tier had for one flow. */
export function visitsOf({ tiers, flows }: Usage): Visits {
  return Object.fromEntries(tiers.map(({ name, records }) => [name, flows === 0 ? 0 : records / flows]));
}

/**
 * Dollars that `flows` flows will cost which visit the tiers so often, each visit at what it cost in the counted run. A tier
 * that the run never visited has no known price, and counts as nothing.
 */
export function forecast(run: Usage, bill: readonly TierMoney[], visits: Visits, flows: number): Money {
  return addMoney(
    bill.map(({ name, money }) => {
      const records = name === CLIENTS ? run.flows : (run.tiers.find((tier) => tier.name === name)?.records ?? 0);
      const visited = name === CLIENTS ? 1 : (visits[name] ?? 0);
      return timesMoney(money, records === 0 ? 0 : (visited * flows) / records);
    }),
  );
}

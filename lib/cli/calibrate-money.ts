import type { Calibrated } from '../calibrate/result.ts';
import type { PriceTable, RegionPrices } from '../cost/prices.ts';
import { cascadeCounter, type Dollars, dollarsUnder } from '../cost/under-thresholds.ts';
import type { UsageCounter } from '../cost/usage.ts';
import { type CascadeTiers, DEFAULT_MEMORY } from './calibrate-options.ts';

/** Whose list prices. */
export interface Priced {
  readonly region: string;
  readonly table: PriceTable;
  readonly prices: RegionPrices;
}

/** What a million flows cost, calls and all; or why that is not known. */
export type CalibratedDollars =
  | (Dollars & { readonly region: string; readonly prices: Pick<PriceTable, 'date' | 'sources'> })
  | { readonly missing: string };

/** Counts what the records of a cascade say it used while they are read, and prices it under thresholds. */
export interface DollarCounter {
  add: UsageCounter['add'];
  dollars(result: Calibrated, priced: Priced): CalibratedDollars;
}

/** The counter of a cascade; of one that `--tiers` names nothing but its names is known. */
export function dollarCounter({ application, names, memory }: CascadeTiers): DollarCounter {
  const counter = cascadeCounter(names);
  const memoryOf = (name: string): number => memory[names.indexOf(name)] ?? DEFAULT_MEMORY;
  return {
    add(record, bytes) {
      if (record.application === application) counter.add(record, bytes);
    },
    dollars({ tiers }, { region, table: { date, sources }, prices }) {
      if (application === undefined) return { missing: 'with --tiers, the memory of the functions is not known' };
      const counted = counter.counted();
      if (counted.usage.flows === 0) return { missing: `the log has no flow of application "${application}"` };
      if (counted.usage.tiers.every(({ billed }) => billed.invocations === 0)) {
        return { missing: 'the records of this log do not say what was billed' };
      }
      const answers = tiers.map((tier) => tier.answers);
      return { region, prices: { date, sources }, ...dollarsUnder(counted, names, answers, memoryOf, prices) };
    },
  };
}

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { toError } from '../core/errors.ts';
import type { Graph } from '../core/plan.ts';
import { type Alternative, alternatives } from '../cost/alternatives.ts';
import { ASSUMED, addMoney, type Money, moneyOf, type TierMoney, timesMoney, total } from '../cost/money.ts';
import { PRICES, type PriceTable, pricesOf } from '../cost/prices.ts';
import { type Usage, usageCounter } from '../cost/usage.ts';
import { loadApplication } from '../runtime/application.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { costText } from './cost-text.ts';
import { EXIT, notFound, refused, wrongUsage } from './failure.ts';
import type { CommonOptions, Io } from './io.ts';
import { problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';
import { checkOne } from './one-application.ts';
import { findPlace, placeOf } from './place.ts';

interface CostOptions extends CommonOptions {
  readonly region: string;
  readonly prices?: string;
  readonly compare?: true;
}

/** An alternative, in dollars for a million flows. */
export type Compared = Alternative & { readonly total: number; readonly ratio: number };

/** What a run cost, and what it would have cost elsewhere: dollars for a million flows. */
export interface CostReport {
  readonly application: string;
  readonly region: string;
  /** When the prices were read, and where. */
  readonly prices: { readonly date: string; readonly sources: readonly string[] };
  readonly usage: Usage;
  /** Dollars for a million flows. */
  readonly perMillion: { readonly total: number; readonly money: Money; readonly tiers: readonly TierMoney[] };
  /** Dollars for a million flows, too; `ratio`: times this cascade. */
  readonly alternatives?: readonly Compared[];
  readonly assumed: typeof ASSUMED;
}

/** MiB, where a tier names none. */
const DEFAULT_MEMORY = 1_024;
const MILLION = 1e6;

/** `sluice cost`: dollars for a million flows, from what a real run used. */
export function addCost(program: Command): void {
  const command = program
    .command('cost [files...]')
    .summary('dollars for a million flows, from counted calls')
    .description(
      'What a million flows cost at list prices, from the calls, batches, bytes and model time that the decision log of a\n' +
        'real run counted, by tier and by service. Reads files and folders, gzipped or not; without any, the log of the\n' +
        'application.',
    )
    .option('--region <region>', 'whose prices', 'us-east-1')
    .option('--prices <file>', 'a price table of your own, JSON (default: the one that comes with sluice)')
    .option('--compare', 'set other ways to run the same beside it');
  withHelp(withCloudOptions(command), [
    ['cost', 'the log of the durable folder'],
    ['cost --compare', 'beside the last tier alone, workflows, durable functions, Powertools'],
    ['cost --outputs outputs.json --json', 'the log of the deployed cascade'],
  ]);
  withWork<CostOptions>(command, async (io, options, files) => {
    const table = await readPrices(options.prices);
    const prices = pricesOf(options.region, table);
    const { name, usage } = await readUsage(io, files as readonly string[], options);
    const { graph } = await loadApplication(placeOf(name, options).folder);
    const bill = moneyOf(usage, memoryIn(graph), prices);
    const report = reportOf(name, options.region, table, usage, bill);
    const compared = options.compare
      ? { ...report, alternatives: compare(alternatives({ usage, bill, last: lastOf(graph), prices }), report) }
      : report;
    if (io.json) await io.value(compared);
    else io.say(costText(compared));
    return EXIT.ok;
  });
}

/** What the log says was used, by the application that is named or the only one that it tells of. */
async function readUsage(
  io: Io,
  files: readonly string[],
  options: CostOptions,
): Promise<{ readonly name: string; readonly usage: Usage }> {
  const isNamed = files.length === 0 || options.application !== undefined;
  let name = isNamed ? (await findPlace(options)).name : undefined;
  const log = await openLog(files, options);
  const counter = usageCounter();
  try {
    const reading = readDecisions(log.source, { unique: true, onProblem: problemTeller(io) });
    for await (const record of reading) {
      // Its folder says how much memory tiers have: without one there is nothing to price.
      name ??= (await findPlace({ ...options, application: record.application })).name;
      if (!isNamed) checkOne(record, name);
      if (record.application === name) counter.add(record, reading.lineBytes);
    }
  } finally {
    await log.close();
  }
  const usage = counter.usage();
  if (name === undefined || usage.flows === 0) throw noFlow(name);
  checkBilled(usage);
  return { name, usage };
}

function noFlow(application: string | undefined): Error {
  return notFound(
    'flow',
    `the log has no flow${application === undefined ? '' : ` of application "${application}"`} that came to its end`,
    'Run some first: npx sluice dev, or npx sluice run with --dir.',
  );
}

function checkBilled(usage: Usage): void {
  if (usage.tiers.every(({ billed }) => billed.invocations === 0)) {
    throw refused(
      'the records of this log do not say what was billed',
      'They were written by an earlier release: run some flows again with this one.',
    );
  }
}

function reportOf(
  application: string,
  region: string,
  { date, sources }: PriceTable,
  usage: Usage,
  bill: readonly TierMoney[],
): CostReport {
  const factor = MILLION / usage.flows;
  const tiers = bill.map((tier) => ({ ...tier, ms: tier.ms * factor, money: timesMoney(tier.money, factor) }));
  const money = addMoney(tiers.map((tier) => tier.money));
  const perMillion = { total: total(money), money, tiers };
  return { application, region, prices: { date, sources }, usage, perMillion, assumed: ASSUMED };
}

function compare(found: readonly Alternative[], { usage, perMillion }: CostReport): readonly Compared[] {
  return found.map((one) => {
    const money = timesMoney(one.money, MILLION / usage.flows);
    return { ...one, money, total: total(money), ratio: total(money) / perMillion.total };
  });
}

function memoryIn({ tiers }: Graph): (name: string) => number {
  const known = new Map(tiers.map(({ tier }) => [tier.name, tier.memory]));
  return (name) => known.get(name) ?? DEFAULT_MEMORY;
}

/** The tier that has none after it; of several cascades, the one declared last. */
const lastOf = ({ tiers }: Graph): string => tiers.findLast(({ next }) => next === undefined)!.tier.name;

/** The price table of a file; without one, that which comes with sluice. */
export async function readPrices(file: string | undefined): Promise<PriceTable> {
  if (file === undefined) return PRICES;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw notFound('file', `the prices in ${file} cannot be read: ${toError(error).message}`);
  });
  try {
    const table = JSON.parse(text) as Partial<PriceTable>;
    if (typeof table.regions === 'object' && table.regions !== null) {
      return { date: table.date ?? 'no date', sources: table.sources ?? [], regions: table.regions };
    }
  } catch (error) {
    throw wrongUsage(`the prices in ${file} cannot be read: ${toError(error).message}`, 'Give a JSON file.');
  }
  throw wrongUsage(`${file} is no price table`, 'It needs { "date", "sources", "regions": { "<region>": { … } } }.');
}

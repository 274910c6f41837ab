import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { calibrate } from '../calibrate/calibrate.ts';
import { expectationOf } from '../calibrate/expectation.ts';
import type { Gathered } from '../calibrate/from-records.ts';
import { chanceProblem } from '../calibrate/options.ts';
import type { Calibrated } from '../calibrate/result.ts';
import { pricesOf } from '../cost/prices.ts';
import { requireThresholdControl, sendThresholds } from './calibrate-control.ts';
import { readColumns } from './calibrate-log.ts';
import { dollarCounter, type Priced } from './calibrate-money.ts';
import { byTier, type CascadeTiers, cascadeTiers, type LogOptions, tierNumber } from './calibrate-options.ts';
import { calibrationSvg } from './calibrate-plot.ts';
import { calibratedText, refusedText } from './calibrate-text.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { readPrices } from './cost.ts';
import { EXIT, wrongUsage } from './failure.ts';
import type { Io } from './io.ts';
import { checkWritable } from './output-file.ts';
import { shown } from './text.ts';

interface CalibrateCommandOptions extends LogOptions {
  readonly target: string;
  readonly delta: string;
  readonly cost: Readonly<Record<string, number>>;
  readonly region: string;
  readonly prices?: string;
  readonly write?: string;
  readonly plot?: string;
  readonly control?: true;
  readonly wait?: string;
}

/** What a prediction of each tier costs, and in which unit. */
export interface Costs {
  readonly perPrediction: readonly number[];
  /** `usd`: dollars; `given`: whatever unit --cost has. */
  readonly unit: 'usd' | 'given';
  /** Tiers of which neither says what they cost. */
  readonly unknown: readonly string[];
}

/** `sluice calibrate`: the cheapest thresholds that keep a promise of accuracy. */
export function addCalibrate(program: Command): void {
  const command = program
    .command('calibrate [files...]')
    .summary('the cheapest thresholds that meet an accuracy target')
    .description(
      'Find the cheapest thresholds whose answers agree with labels, or with the last tier, as often as asked, from the\n' +
        'decision log alone. The chance that they miss the target is delta at most. Says so where the log is not enough.\n' +
        'Reads files and folders, gzipped or not; without any, the log of the application.',
    )
    .option('--target <share>', 'share of answers that must agree', '0.99')
    .option('--delta <chance>', 'chance of missing it that may be taken', '0.05')
    .option('--labels <file>', 'true answers: NDJSON lines of {"flowId","label"} (default: agree with the last tier)')
    .option('--answer <field>', 'the field of a prediction that is its answer (default: label, or all of it)')
    .option('--logits <field>', 'the field of a prediction that holds its logits: fits a temperature')
    .option('--tiers <names>', 'the tiers, first to last, with commas between (default: those of the application)')
    .option(
      '--audit <tier=share>',
      'share of its answers that was audited, if known; may be given again',
      tierNumber('--audit'),
      {},
    )
    .option(
      '--cost <tier=number>',
      'cost of a prediction, in any unit; may be given again (default: model time)',
      tierNumber('--cost'),
      {},
    )
    .option('--region <region>', 'whose prices', 'us-east-1')
    .option('--prices <file>', 'a price table of your own, JSON (default: the one that comes with sluice)')
    .option('--write <file>', 'write thresholds and what to expect of them as JSON: for sluice watch')
    .option('--plot <file>', 'draw accuracy against cost as SVG')
    .option('--control', 'set the thresholds now, by the control "threshold"')
    .option('--wait <time>', 'with --control: how long to wait until they are applied (default: 30s)');
  withHelp(withCloudOptions(command), [
    ['calibrate --target 0.99 --delta 0.05', 'against the last tier, from the log of the durable folder'],
    ['calibrate --labels labels.ndjson --write thresholds.json', 'against labels'],
    ['calibrate log/ --tiers thumb,small,deep --plot curve.svg', 'files'],
    ['calibrate --outputs outputs.json --control', 'of the deployed cascade, and set'],
  ]);
  withWork<CalibrateCommandOptions>(command, async (io, options, files) => {
    const target = numberOf('--target', options.target);
    const delta = numberOf('--delta', options.delta);
    const wrong = chanceProblem(target, delta);
    if (wrong) throw wrongUsage(wrong.problem, wrong.fix);
    await checkWritable(options.write, '--write');
    await checkWritable(options.plot, '--plot');
    if (options.control) await requireThresholdControl(options);
    const table = await readPrices(options.prices);
    const priced: Priced = { region: options.region, table, prices: pricesOf(options.region, table) };
    const tiers = await cascadeTiers(options);
    const counter = dollarCounter(tiers);
    const read = await readColumns(
      io,
      files as readonly string[],
      options,
      tiers.names,
      tiers.application === undefined ? undefined : counter.add,
    );
    const costs = costsOf(options, tiers, read, priced);
    const result = calibrate({
      columns: read.columns,
      target,
      delta,
      cost: costs.perPrediction,
      shares: byTier(options.audit, tiers.names, '--audit'),
    });
    if (!result.ok) {
      if (io.json) await io.value(result);
      else io.say(refusedText(result, read));
      return EXIT.failed;
    }
    if (costs.unknown.length > 0) throw noCost(costs.unknown);
    const dollars = counter.dollars(result, priced);
    if (io.json) await io.value({ ...result, unit: costs.unit, dollars, temperatures: read.temperatures });
    else io.say(calibratedText(result, read, costs.unit, dollars));
    await writeFiles(io, options, result);
    return options.control ? sendThresholds(io, options, result) : EXIT.ok;
  });
}

/** A text that is no number is told as it was written. */
function numberOf(option: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  throw wrongUsage(`${option} is ${text.trim() === '' ? '""' : text}`, `Give a number between 0 and 1: ${option} 0.95`);
}

async function writeFiles(io: Io, { write, plot }: CalibrateCommandOptions, result: Calibrated): Promise<void> {
  if (write !== undefined) await writeFile(write, `${JSON.stringify(expectationOf(result), null, 2)}\n`);
  if (plot !== undefined) await writeFile(plot, calibrationSvg(result));
  for (const file of [write, plot]) if (file !== undefined) io.note(`wrote ${shown(file)}`);
}

function costsOf(
  options: CalibrateCommandOptions,
  { names, memory }: CascadeTiers,
  { modelMs }: Gathered,
  { prices: { lambdaGbSecond } }: Priced,
): Costs {
  const given = byTier(options.cost, names, '--cost');
  if (given.every((cost) => cost !== undefined)) return { perPrediction: given, unit: 'given', unknown: [] };
  const missing = names.filter((_, tier) => given[tier] === undefined);
  if (missing.length < names.length)
    throw wrongUsage(`--cost is missing for ${missing.join(', ')}`, 'Give it for all tiers or for none.');
  const unknown = names.filter((_, tier) => !(modelMs[tier]! > 0));
  // Whether a log supports the claim at all comes first: costs only choose among thresholds.
  if (unknown.length > 0) return { perPrediction: names.map(() => 1), unit: 'given', unknown };
  return {
    unknown,
    perPrediction: names.map((_, i) => (modelMs[i]! / 1_000) * (memory[i]! / 1_024) * lambdaGbSecond),
    unit: 'usd',
  };
}

const noCost = (tiers: readonly string[]): Error =>
  wrongUsage(
    `the log has no model time of ${tiers.join(', ')}`,
    'Say what a prediction costs: --cost tier=number, for each tier.',
  );

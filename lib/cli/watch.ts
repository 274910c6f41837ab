import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { emfLines } from '../aws/metrics-emf.ts';
import type { Columns } from '../calibrate/columns.ts';
import { readExpectation } from '../calibrate/expectation.ts';
import { PARTED, WATCH } from '../calibrate/parted.ts';
import { type Watched, watchLog } from '../calibrate/watch-log.ts';
import { toError } from '../core/errors.ts';
import { readColumns } from './calibrate-log.ts';
import { byTier, type LogOptions, tierNumber } from './calibrate-options.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound, wrongUsage } from './failure.ts';
import { paint } from './io.ts';
import { readOutputs } from './outputs.ts';
import { findPlace } from './place.ts';
import { table } from './table.ts';
import { timeText } from './text.ts';

interface WatchOptions extends LogOptions {
  readonly expected?: string;
  readonly delta: string;
  readonly emf?: true;
}

/** `sluice watch`: whether a cascade still does what its calibration promised. */
export function addWatch(program: Command): void {
  const command = program
    .command('watch [files...]')
    .summary('compare a log with what its calibration promised')
    .description(
      'Compare how often tiers escalate, and how often audited answers are wrong, with what sluice calibrate --write\n' +
        'expected. Ends with 1 where they part. The chance of an alarm without a cause is delta at most, however long the log.',
    )
    .option('--expected <file>', 'what sluice calibrate --write wrote (required)')
    .option('--emf', 'print a metric line for CloudWatch and nothing else: "parted", the rates that have')
    .option('--delta <chance>', 'chance of a false alarm that may be taken', '0.001')
    .option('--labels <file>', 'true answers: NDJSON lines of {"flowId","label"}')
    .option('--answer <field>', 'the field of a prediction that is its answer')
    .option(
      '--audit <tier=share>',
      'share of its answers that is audited, if known; may be given again',
      tierNumber('--audit'),
      {},
    );
  withHelp(withCloudOptions(command), [
    ['watch --expected thresholds.json', 'the log of the durable folder'],
    ['watch today.ndjson.gz --expected thresholds.json --json', 'a file'],
  ]);
  withWork<WatchOptions>(command, async (io, options, files) => {
    if (options.expected === undefined)
      throw wrongUsage('--expected is missing', 'Write such a file: npx sluice calibrate --write FILE');
    const delta = Number(options.delta);
    if (!(delta > 0 && delta < 1))
      throw wrongUsage(`--delta is ${options.delta}`, 'Give a chance between 0 and 1, as 0.001.');
    const expectation = readExpectation(await textOf(options.expected), options.expected);
    const tiers = expectation.tiers.map(({ tier }) => tier);
    const { columns } = await readColumns(io, files as readonly string[], options, tiers);
    const rates = watchLog(columns, expectation, delta, byTier(options.audit, tiers, '--audit'));
    const alarms = rates.filter(({ alarm }) => alarm !== 'none');
    if (options.emf) {
      const { name: application, outputs } = await findPlace(options);
      const namespace = outputs === undefined ? undefined : (await readOutputs(outputs, application)).metrics;
      const parted = { name: PARTED, unit: 'Count', value: alarms.length } as const;
      for (const line of emfLines({ application, tier: WATCH }, [parted], Date.now(), namespace))
        process.stdout.write(`${line}\n`);
    } else if (io.json) await io.value({ flows: columns.flows, alarms: alarms.length, rates });
    else io.say(ratesText(rates, columns.reference));
    return alarms.length === 0 ? EXIT.ok : EXIT.failed;
  });
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    const fix = 'Write it: npx sluice calibrate --write <file>';
    throw notFound('file', `what to expect cannot be read: ${toError(error).message}`, fix);
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const shareText = (events: number, trials: number): string => (trials === 0 ? '' : percent(events / trials));

function ratesText(rates: readonly Watched[], reference: Columns['reference']): string {
  const rows = rates.map((rate) => {
    const { name, trials, events, low, high, band, alarm, unseen } = rate;
    const expected = `${percent(low)} to ${percent(high)}`;
    if (alarm === 'none' && unseen !== undefined)
      return [name, '', '', expected, '', '', '', unseenText(unseen, reference)];
    return [
      name,
      shareText(events, trials),
      trials,
      expected,
      shareText(band.events, band.trials),
      band.trials,
      band.trials === 0 ? '' : `${percent(band.low)} to ${percent(band.high)}`,
      alarmText(rate),
    ];
  });
  return table(['what', 'observed', 'of', 'expected', 'this round', 'of', 'alarm outside', ''], rows);
}

const alarmText = ({ alarm, since }: Watched): string =>
  alarm === 'none'
    ? paint('green', 'as expected')
    : paint('red', `${alarm.replace('-', ' ')}${since === undefined ? '' : ` since ${timeText(since)}`}`);

/** Where nobody looked, no error seen is no good news. */
const unseenText = (tier: string, reference: Columns['reference']): string =>
  paint(
    'yellow',
    reference === 'last'
      ? `not known: no answer of ${tier} was audited`
      : `not known: the log holds no answer of ${tier} that has a label`,
  );

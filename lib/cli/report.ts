import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { toError } from '../core/errors.ts';
import { pricesOf } from '../cost/prices.ts';
import type { Report } from '../report/figures.ts';
import { count, percent, whole } from '../report/format.ts';
import { reportPage } from '../report/page.ts';
import { type ReportBuilder, reportBuilder } from '../report/report.ts';
import { loadApplication } from '../runtime/application.ts';
import { type ReadSummary, readDecisions } from '../runtime/log/read-decisions.ts';
import { readLabels } from './calibrate-options.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { readPrices } from './cost.ts';
import { EXIT, refused } from './failure.ts';
import type { CommonOptions, Io } from './io.ts';
import { problemsText, problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';
import { checkOne } from './one-application.ts';
import { applicationNames, FUNCTIONS, findPlace } from './place.ts';
import { readBeside } from './report-beside.ts';
import { shown } from './text.ts';

interface ReportCommandOptions extends CommonOptions {
  readonly labels?: string;
  readonly answer?: string;
  readonly beside?: string;
  readonly region: string;
  readonly prices?: string;
  readonly out: string;
}

/** `sluice report`: what came of a run, as one HTML page. */
export function addReport(program: Command): void {
  const command = program
    .command('report [files...]')
    .summary('write what came of a run as one HTML page')
    .description(
      'Write one HTML page that needs no network, from the decision log alone: the funnel of the cascade, accuracy against\n' +
        'cost, what scores are worth, latency, bytes not moved and money. Reads files and folders, gzipped or not; without any,\n' +
        'the log of the application.',
    )
    .option('--labels <file>', 'true answers: NDJSON lines of {"flowId","label"} (default: compare with the last tier)')
    .option('--answer <field>', 'the field of a prediction that is its answer (default: label, or all of it)')
    .option(
      '--beside <file>',
      'predictions of tiers on flows that never came to them: {"flowId","tier","output","score"}',
    )
    .option('--region <region>', 'whose prices', 'us-east-1')
    .option('--prices <file>', 'a price table of your own, JSON (default: the one that comes with sluice)')
    .option('--out <file>', 'the page', 'report.html');
  withHelp(withCloudOptions(command), [
    ['report', 'the log of the durable folder'],
    ['report decisions.ndjson.gz --labels labels.ndjson', 'a file, with true answers'],
    ['report --outputs outputs.json --out photos.html', 'the log of the deployed cascade'],
  ]);
  withWork<ReportCommandOptions>(command, async (io, options, files) => {
    const { report, summary } = await readReport(io, files as readonly string[], options);
    const made = Date.now();
    const notes = [problemsText(summary.problems)].filter((note) => note !== '');
    await writeFile(options.out, reportPage(report, { made, notes })).catch((error: unknown) => {
      throw refused(`${options.out} cannot be written: ${toError(error).message}`, 'Name another file: --out <file>.');
    });
    if (io.json) await io.value({ file: options.out, made, ...report, problems: summary.problems });
    else io.say(summaryText(report, options.out));
    return EXIT.ok;
  });
}

async function readReport(
  io: Io,
  files: readonly string[],
  options: ReportCommandOptions,
): Promise<{ readonly report: Report; readonly summary: ReadSummary }> {
  const { labels, answer, beside, region } = options;
  const prices = await readPrices(options.prices);
  // A log is read for minutes: a region without prices is told before.
  pricesOf(region, prices);
  const judging = {
    region,
    prices,
    ...(labels !== undefined && { labels: await readLabels(labels) }),
    ...(beside !== undefined && { beside: await readBeside(beside) }),
    ...(answer !== undefined && { answer }),
  };
  const begin = async (application: string): Promise<ReportBuilder> => {
    const memory = await memoryOf(io, application);
    return reportBuilder({ application, ...judging, ...(memory && { memory }) });
  };
  const named = files.length === 0 ? (await findPlace(options)).name : options.application;
  const log = await openLog(files, options);
  try {
    const reading = readDecisions(log.source, { unique: true, onProblem: problemTeller(io) });
    let builder = named === undefined ? undefined : await begin(named);
    let first: string | undefined;
    for await (const record of reading) {
      first ??= record.application;
      builder ??= await begin(first);
      if (named === undefined) checkOne(record, first);
      builder.add(record, reading.lineBytes);
    }
    return { report: (builder ?? reportBuilder({ application: '', ...judging })).report(), summary: reading.summary };
  } finally {
    await log.close();
  }
}

/** MiB by tier, where the application's files are here. */
async function memoryOf(io: Io, application: string): Promise<Readonly<Record<string, number>> | undefined> {
  if (!(await applicationNames()).includes(application)) return undefined;
  try {
    const { graph } = await loadApplication(join(FUNCTIONS, application));
    return Object.fromEntries(graph.tiers.flatMap(({ tier }) => (tier.memory ? [[tier.name, tier.memory]] : [])));
  } catch (error) {
    io.note(`memory of functions is not known: ${shown(toError(error).message)}`);
    return undefined;
  }
}

function summaryText({ application, flows, quality }: Report, file: string): string {
  const right = quality?.cascade ? `, ${percent(quality.cascade.share)} of answers right` : '';
  return [
    `${shown(application) || 'empty log'}: ${count(flows.ended, 'flow')} ended, ${whole(flows.answered)} answered${right}`,
    `page  ${shown(file)}`,
    `open  ${pathToFileURL(file).href}`,
  ].join('\n');
}

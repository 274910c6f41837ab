import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { entriesOf } from '../core/graph-describe.ts';
import type { Graph } from '../core/plan.ts';
import { startCascade } from '../local/cascade.ts';
import { openCloud } from '../local/cloud.ts';
import { loadApplication } from '../runtime/application.ts';
import { answerJson } from './answer-json.ts';
import { withCommonOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound, toFailure, wrongUsage } from './failure.ts';
import { failureJson, failureText } from './failure-report.ts';
import { inputLines } from './input-lines.ts';
import type { CommonOptions, Io } from './io.ts';
import { applicationNames, findPlace, type Place } from './place.ts';
import { feedLines } from './run-feed.ts';
import { newLedger } from './run-ledger.ts';
import { entryOf, type LineDefaults } from './run-line.ts';
import { runProgress } from './run-progress.ts';
import { type RunEnd, summaryJson, summaryText } from './run-summary.ts';
import { onStopSignals, type StopRequest } from './signals.ts';

type RunOptions = CommonOptions & { readonly entry?: string };

const INPUT_HELP = `
Each line of the input is a JSON object:
  {"data": …, "flowId"?: "…", "at"?: "2026-01-31T12:00:00Z", "deadline"?: …, "entry"?: "tier" or "tier.stream",
   "objects"?: {"name": "path/to/file" or {"base64": "…"}}, "fair"?: "tenant"}
Paths of objects begin at the folder of the input file, or at the working folder for stdin.`;

/** `sluice run`: a file of flows through an application, from the first line to the last answer. */
export function addRun(program: Command): void {
  const command = program
    .command('run [application] [file]')
    .summary('run a file of flows through an application')
    .description(
      'Send a file (or stdin) of NDJSON through an application and print its answers as NDJSON.\n' +
        'Runs in memory unless --dir names a folder; ends when every flow has ended.',
    )
    .option('--entry <entry>', 'where lines go that name no entry (default: the first tier)')
    .addHelpText('after', INPUT_HELP);
  withHelp(withCommonOptions(command, 'default: none, it runs in memory'), [
    ['run photos flows.ndjson > answers.ndjson', 'answers to a file, the summary to stderr'],
    [`run < flows.ndjson`, 'from stdin'],
    ['run flows.ndjson --json | tail -1', 'the summary as JSON'],
  ]);
  withWork<RunOptions>(command, async (io, options, args) => {
    const { name, file } = await sortArguments(args);
    const place = await findPlace(options, name);
    if (file !== '-' && !existsSync(file))
      throw notFound('file', `there is no file ${file}`, 'Name an NDJSON file, or - for stdin.');
    if (file === '-' && process.stdin.isTTY) io.note('reading NDJSON from the terminal; Ctrl-D ends it');
    const stop = onStopSignals(EXIT.interrupted);
    const end = await runFile(io, { ...options, place, file, stop });
    if (io.json) await io.value(summaryJson(end));
    else io.note(summaryText(end));
    const { flows, answered } = end.ledger.totals();
    if (stop.signal.aborted) return EXIT.interrupted;
    return end.fed.bad === 0 && answered === flows ? EXIT.ok : EXIT.unanswered;
  });
}

/** One argument alone is an application where one has that name, and a file otherwise. */
async function sortArguments([first, second]: readonly (string | undefined)[]): Promise<{
  name?: string;
  file: string;
}> {
  if (first === undefined) return { file: '-' };
  if (second !== undefined) return { name: first, file: second };
  if ((await applicationNames()).includes(first)) return { name: first, file: '-' };
  if (first === '-' || existsSync(first)) return { file: first };
  const fix = `Applications: ${(await applicationNames()).join(', ') || 'none'}. Give both to be clear: npx sluice run <application> <file>`;
  throw notFound('file', `"${first}" is neither an application nor a file`, fix);
}

interface FileRun {
  readonly place: Place;
  readonly file: string;
  readonly dir?: string;
  readonly entry?: string;
  readonly stop: StopRequest;
}

async function runFile(io: Io, run: FileRun): Promise<RunEnd> {
  const application = await loadApplication(run.place.folder);
  const { graph } = application;
  const ledger = newLedger(graph.tiers.some((plan) => plan.mode === 'join'));
  const cloud = await openCloud({ dir: run.dir ?? ':memory:', onDecisions: ledger.decided });
  const started = performance.now();
  const defaults = {
    ...entryDefaults(graph, run.entry),
    folder: run.file === '-' ? '.' : dirname(run.file),
    newId: () => cloud.random.id(),
  };
  try {
    const cascade = await startCascade({
      application,
      cloud,
      onAnswer(answer) {
        ledger.answered(answer.flowId);
        return io.value(answerJson(answer));
      },
      onError: (error) => io.note(failureText(toFailure(error))),
    });
    const progress = runProgress(run.file, ledger, io.json);
    const onBad = (line: number, error: unknown): void => {
      const failure = toFailure(error);
      if (io.json) void io.value({ line, ...failureJson(failure) });
      else io.note(failureText({ ...failure, message: `line ${line} ${failure.message}` }));
    };
    const input = inputLines(run.file);
    const feed = { cloud, graph, ledger, defaults, stop: run.stop, onBad, onRead: progress.read };
    const fed = await feedLines(feed, input);
    await Promise.race([cascade.settled(), run.stop.asked]);
    progress.end();
    await cascade.stop();
    return { fed, ledger, ms: performance.now() - started, interrupted: run.stop.signal.aborted };
  } finally {
    await cloud.close();
  }
}

function entryDefaults(graph: Graph, chosen: string | undefined): Pick<LineDefaults, 'entries' | 'entry'> {
  const entries = graph.tiers.flatMap(entriesOf);
  const first = graph.tiers.filter((plan) => plan.mode === 'entry');
  if (chosen !== undefined) return { entries, entry: checkedEntry(chosen, entries) };
  return { entries, entry: first.length === 1 ? first[0]!.tier.name : undefined };
}

function checkedEntry(chosen: string, entries: readonly string[]): string {
  if (entries.length === 0) throw wrongUsage('the application takes no data', 'Leave --entry out.');
  return entryOf(chosen, { entries, entry: undefined });
}

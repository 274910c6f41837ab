import { type Command, Option } from 'commander';
import { didYouMean } from '../core/nearest.ts';
import { loadApplication } from '../runtime/application.ts';
import {
  type CheckResult,
  check,
  FAULTS,
  type FaultKind,
  type FaultRates,
  type NextApplication,
  type SmallWorld,
} from '../testing/index.ts';
import { reportOf } from '../testing/report.ts';
import { withHelp, withWork } from './command.ts';
import { EXIT, wrongUsage } from './failure.ts';
import type { CommonOptions, Io } from './io.ts';
import { findPlace } from './place.ts';
import { onStopSignals } from './signals.ts';
import { type Again, commandsAgain, type WorldOptions } from './simulate-again.ts';
import { simulationInput } from './simulate-input.ts';
import { simulateProgress } from './simulate-progress.ts';
import { summaryJson, summaryText, unansweredText } from './simulate-summary.ts';
import { count } from './text.ts';

interface SimulateCommandOptions extends CommonOptions, WorldOptions {
  readonly seeds: string;
  readonly seed: string;
  readonly flows: string;
  readonly only?: string;
}

const INPUT_HELP = `
Flows to send come from --input, or from functions/<application>/simulation.ts:
  a file of NDJSON, as sluice run reads it: flows like those in it are sent, in turn and in any order;
    its lines {"control": "<name>", "value": …} are control messages, sent in each world;
  a module that exports "input" and, if it likes, "always", "eventually", "faults" and "pure",
  as the function check of sluice/testing takes them.

Faults: ${Object.keys(FAULTS).join(', ')}`;

/** `sluice simulate`: an application in many worlds under faults, each from a seed. */
export function addSimulate(program: Command): void {
  const command = program
    .command('simulate [application]')
    .summary('run an application in many worlds under faults')
    .description(
      'Run an application under virtual time in as many worlds as there are seeds: messages come twice, late or\n' +
        'in another order, processes die at any call, stores refuse, clocks jump. Prints the laws that were broken,\n' +
        'each with the shortest trace that shows it.',
    )
    .option('--seeds <count>', 'worlds to run', '100')
    .option('--seed <seed>', 'the first seed', '1')
    .option('--flows <count>', 'flows in each world', '20')
    .addOption(
      new Option('--only <world>', 'one world: its seed, flows and faults as JSON, as a report names it').conflicts([
        'seeds',
        'seed',
        'flows',
      ]),
    )
    .option('--input <file>', 'flows to send: NDJSON (- for stdin), or a module')
    .option('--next <folder>', 'the application after its next deployment: processes run one or the other')
    .option('--taken-back', 'that deployment is taken back halfway: from then on none begins to run it')
    .option('--faults <names>', 'some, all, none, or names with commas between (default: those of the module, or some)')
    .option('--pure', 'predict is a function of its input alone: run it once for each')
    .option('--redrive', 'send dead letters back while faults happen, and once they are over')
    .option('--application <name>', 'application: a folder in ./functions (default: the only one there)')
    .option('--json', 'print JSON on stdout and nothing else; the last line sums up: {"seeds", "violations", …}')
    .option('--verbose', 'print stacks of errors')
    .addHelpText('after', INPUT_HELP);
  withHelp(command, [
    ['simulate photos --seeds 1000', 'a thousand worlds'],
    ['simulate photos --seed 58 --seeds 1', 'the world of seed 58 again'],
    ['simulate --input flows.ndjson --faults duplicate,crash', 'two faults alone'],
    ['simulate photos --next ../new/functions/photos', 'while another graph is deployed'],
    ['simulate photos --next ../new/functions/photos --taken-back', 'and taken back'],
  ]);
  withWork<SimulateCommandOptions>(command, async (io, options, [name]) => {
    const seeds = { from: whole(options.seed, '--seed', 0), count: whole(options.seeds, '--seeds', 1) };
    const flows = whole(options.flows, '--flows', 1);
    const only = options.only === undefined ? undefined : worldIn(options.only);
    const next = nextOf(options);
    const place = await findPlace(options, name);
    const application = await loadApplication(place.folder);
    if (options.input === '-' && process.stdin.isTTY) io.note('reading NDJSON from the terminal; Ctrl-D ends it');
    const given = await simulationInput(place, application.graph, options.input);
    const worlds = only ? 1 : seeds.count;
    const progress = simulateProgress(worlds, io.json);
    const stop = onStopSignals(EXIT.interrupted);
    const result = await check({
      application,
      ...(next && { next }),
      seeds,
      flows,
      ...(only !== undefined && { only }),
      ...given,
      ...(options.faults !== undefined && { faults: faultsOf(options.faults) }),
      ...(options.pure && { pure: true }),
      ...(options.redrive && { redrive: true }),
      onSeed: progress.done,
      signal: stop.signal,
    });
    progress.end();
    await print(io, result, { flows, only, again: commandsAgain(place.name, options) });
    if (stop.signal.aborted) {
      io.note(`interrupted: ${count(worlds - result.seeds, 'world')} of ${worlds} not run`);
      return EXIT.interrupted;
    }
    if (result.violations > 0) return EXIT.failed;
    // One small world may well be one in which the faults let nothing through.
    return result.ends.answered === 0 && !only ? EXIT.unanswered : EXIT.ok;
  });
}

interface Ran {
  readonly flows: number;
  readonly only: SmallWorld | undefined;
  readonly again: Again;
}

async function print(io: Io, result: CheckResult, { flows, only, again }: Ran): Promise<void> {
  const { found } = result;
  if (io.json) for (const violation of found) await io.value(violation);
  if (found.length > 0) io.say(`${reportOf(found, again.small)}\n`);
  // A world that was named is small already.
  for (const { seed } of only ? [] : found.slice(0, 1)) io.say(`With all its flows: ${again.whole(seed, flows)}\n`);
  const warning = unansweredText(result);
  if (io.json) await io.value(summaryJson(result));
  else io.note(summaryText(result, only?.flows.length ?? flows));
  if (warning !== undefined) io.note(warning);
}

/** A world as `--only` has it; what it must be is known where worlds are run. */
function worldIn(text: string): SmallWorld {
  try {
    return JSON.parse(text) as SmallWorld;
  } catch {
    throw wrongUsage('--only is no JSON', 'Give it as the report prints it, between single quotes.');
  }
}

/** What is deployed meanwhile. */
function nextOf({ next, takenBack }: SimulateCommandOptions): NextApplication | undefined {
  if (next !== undefined) return { application: next, ...(takenBack && { takenBack }) };
  if (takenBack) throw wrongUsage('--taken-back takes nothing back without --next', 'Name a folder: --next <folder>.');
  return undefined;
}

function whole(text: string, option: string, least: number): number {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n >= least) return n;
  throw wrongUsage(`${option} is ${text}`, `Give a whole number from ${least}.`);
}

function faultsOf(text: string): FaultRates | 'some' | 'all' | 'none' {
  if (text === 'some' || text === 'all' || text === 'none') return text;
  const kinds = Object.keys(FAULTS);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !kinds.includes(name));
  if (unknown !== undefined)
    throw wrongUsage(`there is no fault "${unknown}"`, `${didYouMean(unknown, kinds)}Faults: ${kinds.join(', ')}.`);
  return Object.fromEntries(names.map((name) => [name, FAULTS[name as FaultKind]]));
}

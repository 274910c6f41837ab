import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toError } from '../core/errors.ts';
import { entriesOf } from '../core/graph-describe.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Graph } from '../core/plan.ts';
import type { CheckOptions, SimulatedInput } from '../testing/index.ts';
import { notFound, wrongLine, wrongUsage } from './failure.ts';
import { inputLines } from './input-lines.ts';
import type { Place } from './place.ts';
import { readRunLine } from './run-line.ts';
import { readControlLine } from './simulate-control-line.ts';

/** What a simulation is given to send and to hold to. */
export type SimulationInput = Pick<CheckOptions, 'input'> &
  Partial<Pick<CheckOptions, 'always' | 'eventually' | 'faults' | 'pure'>>;

const KNOWN = ['input', 'always', 'eventually', 'faults', 'pure'];
/** What else makes a world, by options of the command. */
const OPTIONS = ['seeds', 'flows', 'next', 'redrive', 'only'];
/** What a CommonJS module has in any case. */
const OF_NODE = ['default', 'module.exports', '__esModule'];

/** Reads the file that says what to send: the one that is named, or the application's own. */
export async function simulationInput(place: Place, graph: Graph, named: string | undefined): Promise<SimulationInput> {
  if (named === '-') return { input: await fromLines(named, graph) };
  const file = named ?? join(place.folder, 'simulation.ts');
  if (!existsSync(file)) {
    const fix =
      'Name one with --input: a file of NDJSON, or a module that exports "input". See npx sluice simulate --help.';
    throw notFound('file', `there is no ${file} that says what to send`, fix);
  }
  if (statSync(file).isDirectory()) throw wrongUsage(`${file} is a folder`, 'Name a file of NDJSON, or a module.');
  return /\.[cm]?[jt]s$/.test(file) ? fromModule(file) : { input: await fromLines(file, graph) };
}

async function fromModule(file: string): Promise<SimulationInput> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw wrongUsage(`${file} cannot be loaded: ${toError(error).message}`, 'Correct the file.');
  }
  if (typeof module.input !== 'function' && !Array.isArray(module.input)) {
    throw wrongUsage(`${file} exports no "input"`, 'Export a function that makes a flow, or a list of sends.');
  }
  for (const name of Object.keys(module)) requireRead(name, file);
  return Object.fromEntries(
    KNOWN.flatMap((key) => (key in module ? [[key, module[key]]] : [])),
  ) as unknown as SimulationInput;
}

/** Laws that are misspelled would never be asked. */
function requireRead(name: string, file: string): void {
  if (KNOWN.includes(name) || OF_NODE.includes(name)) return;
  const fix = OPTIONS.includes(name)
    ? `Give it on the command line: --${name}.`
    : `${didYouMean(name, KNOWN)}Known: ${KNOWN.join(', ')}. Keep helpers in a file of their own.`;
  throw wrongUsage(`${file} exports "${name}", which is not read`, fix);
}

async function fromLines(file: string, graph: Graph): Promise<readonly SimulatedInput[]> {
  const first = graph.tiers.filter((plan) => plan.mode === 'entry');
  const name = file === '-' ? 'stdin' : file;
  let lines = 0;
  const defaults = {
    entries: graph.tiers.flatMap(entriesOf),
    entry: first.length === 1 ? first[0]!.tier.name : undefined,
    folder: file === '-' ? '.' : dirname(file),
    newId: () => `line ${lines}`,
  };
  const sends: SimulatedInput[] = [];
  for await (const chunk of inputLines(file)) {
    for (const { number, text } of chunk.lines) {
      if (text.trim() === '') continue;
      lines = number;
      const reading = async (): Promise<SimulatedInput> =>
        readControlLine(text, graph) ?? (await readRunLine(text, defaults));
      sends.push(
        await reading().catch((error: unknown) => {
          throw wrongLine(number, name, error);
        }),
      );
    }
  }
  if (!sends.some((send) => 'entry' in send))
    throw wrongUsage(`${name} has no flows`, 'Write one JSON object a line: {"data": …}.');
  return sends;
}

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { entriesOf } from '../core/graph-describe.ts';
import type { Graph } from '../core/plan.ts';
import { type Replayed, replay } from '../local/replay.ts';
import type { ReplayInput } from '../local/replay-inputs.ts';
import { loadApplication } from '../runtime/application.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound, wrongLine, wrongUsage } from './failure.ts';
import { inputLines } from './input-lines.ts';
import type { CommonOptions } from './io.ts';
import { problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';
import { findPlace } from './place.ts';
import { replayedText } from './replay-text.ts';
import { readRunLine } from './run-line.ts';

interface ReplayCommandOptions extends CommonOptions {
  readonly input?: string;
  readonly flows: string;
  readonly failOnChange?: true;
}

/** `sluice replay`: logged inputs through the application as it is now. */
export function addReplay(program: Command): void {
  const command = program
    .command('replay [files...]')
    .summary('run logged inputs again and compare decisions')
    .description(
      'Run inputs that a decision log captured through the application as it is now, on this machine, and compare\n' +
        'decision by decision. Models run; the destination does not. Reads files and folders, gzipped or not; without\n' +
        'any, the log of the application.',
    )
    .option(
      '--input <file>',
      'what was sent, as sluice run reads it, joined to the log by flow id (default: what the log captured)',
    )
    .option('--flows <count>', 'flows to replay at most', '1000')
    .option('--fail-on-change', 'exit with 1 where a decision or an answer changed');
  withHelp(withCloudOptions(command), [
    ['replay --application texts', 'flows that the durable folder captured'],
    ['replay --application photos --input flows.ndjson', 'flows with objects, which no log captures'],
    ['replay decisions.ndjson.gz --input flows.ndjson', 'flows of a file, against a log'],
    ['replay --outputs outputs.json --fail-on-change', 'in CI: flows of the deployed cascade through this checkout'],
  ]);
  withWork<ReplayCommandOptions>(command, async (io, options, files) => {
    const flows = Number(options.flows);
    if (!Number.isSafeInteger(flows) || flows < 1) {
      throw wrongUsage(`--flows is ${options.flows}`, 'Give a whole number from 1.');
    }
    const place = await findPlace(options);
    const log = await openLog(files as readonly string[], options);
    try {
      const application = await loadApplication(place.folder);
      const result = await replay({
        application,
        log: log.source,
        flows,
        onProblem: problemTeller(io),
        ...(options.input !== undefined && { inputs: inputsIn(options.input, application.graph) }),
      });
      if (io.json) await io.value(result);
      else io.say(replayedText(result));
      return options.failOnChange && hasChanged(result) ? EXIT.failed : EXIT.ok;
    } finally {
      await log.close();
    }
  });
}

/** Where nothing could be compared, nothing was found to be the same either. */
function hasChanged({ changed, answers, flows, notSent }: Replayed): boolean {
  return changed > 0 || answers.changed > 0 || flows === 0 || notSent.length > 0;
}

async function* inputsIn(file: string, graph: Graph): AsyncGenerator<ReplayInput> {
  if (file !== '-' && !existsSync(file)) throw notFound('file', `there is no file ${file}`, 'Name an NDJSON file.');
  const first = graph.tiers.filter((plan) => plan.mode === 'entry');
  const defaults = {
    entries: graph.tiers.flatMap(entriesOf),
    entry: first.length === 1 ? first[0]!.tier.name : undefined,
    folder: file === '-' ? '.' : dirname(file),
    newId: () => {
      throw wrongUsage('has no "flowId"', 'Without its flow id it cannot be found in the log.');
    },
  };
  for await (const { lines } of inputLines(file)) {
    for (const { number, text } of lines) {
      if (text.trim() === '') continue;
      const { deadline: _, ...line } = await readRunLine(text, defaults).catch((error: unknown) => {
        throw wrongLine(number, file, error);
      });
      yield line;
    }
  }
}

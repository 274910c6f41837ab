import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addCalibrate } from './calibrate.ts';
import { addControl } from './control.ts';
import { addCost } from './cost.ts';
import { addDev } from './dev.ts';
import { addDlq } from './dlq.ts';
import { addDoctor } from './doctor.ts';
import { EXIT_HELP } from './failure.ts';
import { addFlow } from './flow.ts';
import { addGraph } from './graph.ts';
import { addList } from './list.ts';
import { addNew } from './new.ts';
import { addRedecide } from './redecide.ts';
import { addReplay } from './replay.ts';
import { addReport } from './report.ts';
import { addRun } from './run.ts';
import { addSend } from './send.ts';
import { addSimulate } from './simulate.ts';
import { addWatch } from './watch.ts';

/** The whole command line; it throws instead of exiting, so that every end goes one way. */
export function createProgram(flags: { readonly json: boolean }): Command {
  const program = new Command('sluice')
    .description('Serve cascades of models on queues.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .exitOverride()
    .configureOutput({
      // Errors are printed in one place, as text or as JSON.
      outputError: () => undefined,
      writeErr: (text) => flags.json || process.stderr.write(text),
    });
  for (const add of [
    addDev,
    addRun,
    addSimulate,
    addSend,
    addFlow,
    addList,
    addGraph,
    addControl,
    addDlq,
    addRedecide,
    addReplay,
    addCalibrate,
    addWatch,
    addCost,
    addReport,
    addDoctor,
    addNew,
  ])
    add(program);
  return program.addHelpText(
    'after',
    `\nStart with: npx sluice new tier <name> --first --application <name>\n\n${EXIT_HELP}`,
  );
}

function version(): string {
  return (createRequire(import.meta.url)('sluice/package.json') as { readonly version: string }).version;
}

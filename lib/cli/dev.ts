import type { Command } from 'commander';
import { withCommonOptions, withHelp, withWork } from './command.ts';
import { MEMORY, runHere } from './dev-run.ts';
import { runWatched } from './dev-watch.ts';
import { EXIT } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { findPlace, placeArguments } from './place.ts';
import { onStopSignals } from './signals.ts';

type DevOptions = CommonOptions & { readonly memory?: true; readonly watch: boolean };

/** `sluice dev`: an application running on this machine. */
export function addDev(program: Command): void {
  const command = program
    .command('dev [application]')
    .summary('run an application on this machine')
    .description(
      'Run an application on the embedded cloud and load it again when a file changes.\n' +
        'Queues, state and decisions are kept in the durable folder: they survive restarts and crashes.',
    )
    .option('--memory', 'keep nothing: state is gone when it stops or reloads')
    .option('--no-watch', 'do not reload when a file changes');
  withHelp(withCommonOptions(command), [
    ['dev', 'run the only application in ./functions'],
    ['dev photos --json', 'print every answer as a line of NDJSON'],
    [`send thumb '{"text":"hello"}' --wait`, 'send it something, from another terminal'],
  ]);
  withWork<DevOptions>(command, async (io, options, [name]) => {
    const place = await findPlace(options, name);
    const dir = options.memory ? MEMORY : place.dir;
    const stop = onStopSignals(EXIT.interrupted);
    const run = {
      name: place.name,
      folder: place.folder,
      dir,
      at: placeArguments(options, name),
      json: io.json,
      verbose: io.verbose,
    };
    return options.watch ? runWatched(io, run, stop) : runHere(io, run, { stop: stop.asked });
  });
}

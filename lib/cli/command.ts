import type { Command } from 'commander';
import { EXIT_HELP } from './failure.ts';
import { type CommonOptions, createIo, type Io } from './io.ts';

/** A command's work: returns its exit code. */
export type Work<Options extends CommonOptions> = (
  io: Io,
  options: Options,
  args: readonly (string | undefined)[],
) => Promise<number>;

/** A command line and what it does. */
export type Example = readonly [line: string, does: string];

/** Adds the options that every command has. */
export function withCommonOptions(command: Command, dir = 'default: .sluice/<application>'): Command {
  return command
    .option('--application <name>', 'application: a folder in ./functions (default: the only one there)')
    .option('--dir <folder>', `durable folder (${dir})`)
    .option('--json', 'print JSON on stdout and nothing else')
    .option('--verbose', 'print stacks of errors');
}

/** The same, for commands that work on a deployed cascade as well. */
export function withCloudOptions(command: Command): Command {
  return withCommonOptions(command).option(
    '--outputs <file>',
    'work on the deployed cascade that this file of stack outputs names (cdk deploy --outputs-file)',
  );
}

/** Adds examples and exit codes to a command's help. */
export function withHelp(command: Command, examples: readonly Example[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) => `  $ npx sluice ${line.padEnd(width)}   ${does}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n\n${EXIT_HELP}`);
}

/** Lets a command do its work and end with its exit code. */
export function withWork<Options extends CommonOptions>(command: Command, work: Work<Options>): Command {
  return command.action(async () => {
    const options = command.opts<Options>();
    process.exitCode = await work(createIo(options), options, command.args);
  });
}

import type { Command } from 'commander';
import { addLs } from './dlq-ls.ts';
import { addPurge } from './dlq-purge.ts';
import { addRedrive } from './dlq-redrive.ts';
import { addShow } from './dlq-show.ts';
import { EXIT_HELP } from './failure.ts';

/** `sluice dlq`: flows that could not be worked off. */
export function addDlq(program: Command): void {
  const dlq = program
    .command('dlq')
    .summary('look at dead letters, redrive or purge them')
    .description('Look at dead letters, send them back to work, or delete them.')
    .helpCommand('help [command]', 'show help of a command');
  for (const add of [addLs, addShow, addRedrive, addPurge]) add(dlq);
  dlq.addHelpText('after', `\nAn example of each: npx sluice dlq <command> --help\n\n${EXIT_HELP}`);
}

import type { Command } from 'commander';
import { EXIT_HELP } from './failure.ts';
import { addNewTier } from './new-tier.ts';

/** `sluice new`: files to begin with. */
export function addNew(program: Command): void {
  const command = program
    .command('new')
    .summary('write a tier to begin with')
    .description('Write a file to begin with.')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText('after', `\nAn example of each: npx sluice new <command> --help\n\n${EXIT_HELP}`);
  addNewTier(command);
}

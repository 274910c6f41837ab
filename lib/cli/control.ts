import type { Command } from 'commander';
import { addControlGet, addControlHistory, addControlRollback } from './control-get.ts';
import { addControlLs } from './control-ls.ts';
import { addControlRenumber } from './control-renumber.ts';
import { addControlDelete, addControlSet } from './control-set.ts';
import { EXIT_HELP } from './failure.ts';

/** `sluice control`: settings and thresholds that change while data flows. */
export function addControl(program: Command): void {
  const control = program
    .command('control')
    .summary('set, get and roll back controls while data flows')
    .description('Change settings and thresholds while data flows, without a deployment.')
    .helpCommand('help [command]', 'show help of a command');
  const commands = [
    addControlLs,
    addControlSet,
    addControlGet,
    addControlHistory,
    addControlRollback,
    addControlDelete,
  ];
  for (const add of [...commands, addControlRenumber]) add(control);
  control.addHelpText('after', `\nAn example of each: npx sluice control <command> --help\n\n${EXIT_HELP}`);
}

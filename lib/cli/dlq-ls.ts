import type { Command } from 'commander';
import { listDeadLetters } from '../runtime/dead-letters.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import {
  type DlqOptions,
  groupLetters,
  type LetterGroup,
  requireLetters,
  withFilter,
  withLetters,
} from './dlq-common.ts';
import { EXIT } from './failure.ts';
import { paint } from './io.ts';
import { placeArguments } from './place.ts';
import { table } from './table.ts';
import { count, oneLine, timeText } from './text.ts';

/** Letters shown of a group; JSON has all of them. */
const SHOWN = 5;

/** `sluice dlq ls`: dead letters by tier and reason. */
export function addLs(dlq: Command): void {
  const command = dlq.command('ls').description('List dead letters, grouped by tier and reason code.');
  withHelp(withCloudOptions(withFilter(command)), [
    ['dlq ls', 'all of the application'],
    ['dlq ls --tier small --reason predict-failed', 'some of them'],
    ['dlq ls --json', 'every letter with its message'],
  ]);
  withWork<DlqOptions>(command, async (io, options) => {
    const letters = await withLetters(options, ({ cloud, sources, filter }) => listDeadLetters(cloud, sources, filter));
    requireLetters(letters.length, options);
    const groups = groupLetters(letters);
    if (io.json) {
      await io.value({
        total: letters.length,
        groups: groups.map((group) => ({ ...group, count: group.letters.length })),
      });
      return EXIT.ok;
    }
    if (letters.length === 0) io.say('no dead letters');
    for (const group of groups) io.say(`${groupText(group)}\n`);
    if (letters.length > 0) io.say(`Look at one: npx sluice dlq show <id>${placeArguments(options)}`);
    return EXIT.ok;
  });
}

function groupText({ tier, code, letters }: LetterGroup): string {
  const title = `${paint('bold', tier)}  ${paint('red', code)}  ${count(letters.length, 'letter')}`;
  const rows = letters
    .slice(0, SHOWN)
    .map((letter) => [
      letter.id.slice(0, 8),
      letter.flow ?? '(unreadable)',
      timeText(letter.at),
      oneLine(letter.reason, 90),
    ]);
  const more = letters.length > SHOWN ? `\n  and ${letters.length - SHOWN} more` : '';
  return `${title}\n${table(['id', 'flow', 'given up', 'reason'], rows)}${more}`;
}

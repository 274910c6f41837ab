import type { Command } from 'commander';
import type { DeadLetter } from '../core/dead-letter.ts';
import { visitDeadLetters } from '../runtime/dead-letters.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import {
  type DlqOptions,
  grouping,
  type LetterGroup,
  noneText,
  requireLetters,
  withFilter,
  withLetters,
} from './dlq-common.ts';
import { EXIT } from './failure.ts';
import { paint } from './io.ts';
import { placeArguments } from './place.ts';
import { table } from './table.ts';
import { count, oneLine, reasonText, shown, timeText } from './text.ts';

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
    const letters = grouping<DeadLetter>(io.json ? Number.POSITIVE_INFINITY : SHOWN);
    const none = await withLetters(options, async (all) => {
      await visitDeadLetters(all.cloud, all.sources, all.filter, letters.add);
      return letters.groups().length === 0 ? noneText(all) : undefined;
    });
    const groups = letters.groups();
    const total = groups.reduce((sum, group) => sum + group.count, 0);
    requireLetters(total, options);
    if (io.json) await io.value({ total, groups });
    if (none !== undefined) io.say(none);
    for (const group of groups) io.say(`${groupText(group)}\n`);
    if (total > 0) io.say(`Look at one: npx sluice dlq show <id>${placeArguments(options)}`);
    return EXIT.ok;
  });
}

function groupText({ tier, code, letters, count: total }: LetterGroup<DeadLetter>): string {
  const title = `${paint('bold', shown(tier))}  ${paint('red', shown(code))}  ${count(total, 'letter')}`;
  const rows = letters.map((letter) => [
    shown(letter.id.slice(0, 8)),
    oneLine(letter.flow ?? '(unreadable)', 130),
    timeText(letter.at),
    reasonText(letter.reason, 90),
  ]);
  const more = total > letters.length ? `\n  and ${total - letters.length} more` : '';
  return `${title}\n${table(['id', 'flow', 'given up', 'reason'], rows)}${more}`;
}

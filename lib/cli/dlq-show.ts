import type { Command } from 'commander';
import type { DeadLetter } from '../core/dead-letter.ts';
import { listDeadLetters } from '../runtime/dead-letters.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { type DlqOptions, messageOf, withLetters } from './dlq-common.ts';
import { EXIT, notFound, wrongUsage } from './failure.ts';
import { paint } from './io.ts';
import { placeArguments } from './place.ts';
import { shellText, timeText } from './text.ts';

/** `sluice dlq show`: one dead letter with its message. */
export function addShow(dlq: Command): void {
  const command = dlq.command('show <id>').description('Show one dead letter: the reason, and the message it holds.');
  withHelp(withCloudOptions(command), [
    ['dlq show 5b2e', 'by the beginning of its id'],
    ['dlq show 5b2e --json', 'for other programs'],
  ]);
  withWork<DlqOptions>(command, async (io, options, [id = '']) => {
    const found = await withLetters(options, ({ cloud, sources }) => listDeadLetters(cloud, sources, { id }));
    const [letter, other] = found;
    if (!letter) throw notFound('dead-letter', `there is no dead letter ${id}`, 'See their ids: npx sluice dlq ls');
    if (other && letter.id !== id) {
      throw wrongUsage(`${found.length} dead letters begin with ${id}`, `Write more of it, such as ${letter.id}.`);
    }
    if (io.json) await io.value({ ...letter, message: messageOf(letter) });
    else io.say(letterText(letter, placeArguments(options)));
    return EXIT.ok;
  });
}

function letterText(letter: DeadLetter, placeOptions: string): string {
  const facts = [
    ['flow', letter.flow ?? '(the message is too broken to say)'],
    ['tier', `${letter.tier}${letter.version && ` (version ${letter.version})`}`],
    ['queue', letter.queue],
    ['given up', `${timeText(letter.at)}, attempt ${letter.attempt}`],
    ['code', letter.code],
    ['reason', letter.reason.replaceAll('\n', `\n${' '.repeat(12)}`)],
  ] as const;
  const message = messageOf(letter);
  const body = typeof message === 'string' ? message : JSON.stringify(message, null, 2);
  return [
    paint('bold', `dead letter ${letter.id}`),
    ...facts.map(([name, value]) => `  ${paint('dim', name.padEnd(8))}  ${value}`),
    '',
    `  ${body.replaceAll('\n', '\n  ')}`,
    ...(letter.flow === null
      ? []
      : ['', `Redrive it: npx sluice dlq redrive --flow ${shellText(letter.flow)}${placeOptions}`]),
  ].join('\n');
}

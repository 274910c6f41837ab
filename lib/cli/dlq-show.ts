import type { Command } from 'commander';
import type { DeadLetter } from '../core/dead-letter.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { type DlqOptions, letterNamed, messageOf, withLetters } from './dlq-common.ts';
import { type Story, storyOf, storyText } from './dlq-story.ts';
import { EXIT } from './failure.ts';
import { flowJson } from './flow-story.ts';
import { paint } from './io.ts';
import { placeArguments } from './place.ts';
import { shown, timeText } from './text.ts';

/** `sluice dlq show`: one dead letter with its message, and the story of its flow. */
export function addShow(dlq: Command): void {
  const command = dlq
    .command('show <id>')
    .description('Show one dead letter: the reason, the message it holds, and the whole story of its flow.');
  withHelp(withCloudOptions(command), [
    ['dlq show 5b2e', 'by the beginning of its id'],
    ['dlq show 5b2e --json', 'for other programs'],
  ]);
  withWork<DlqOptions>(command, async (io, options, [id = '']) => {
    const at = placeArguments(options);
    const { letter, story } = await withLetters(options, async ({ cloud, sources }) => {
      const one = await letterNamed(id, { cloud, sources }, at);
      return { letter: one, story: await storyOf(cloud, one) };
    });
    if (io.json) await io.value(letterJson(letter, story));
    else io.say(`${letterText(letter)}\n\n${storyText(letter, story, at)}`);
    return EXIT.ok;
  });
}

function letterJson(letter: DeadLetter, story: Story): object {
  const value = messageOf(letter);
  // Nesting without end is a reason to be here, and cannot be written as JSON again: the body has it as it came.
  const message = textOf(value) === undefined ? letter.body : value;
  if (!Array.isArray(story)) return { ...letter, message, story: null };
  return { ...letter, message, story: story.length > 0 ? flowJson(letter.flow!, story) : null };
}

function letterText(letter: DeadLetter): string {
  const facts = [
    ['flow', letter.flow ?? '(the message is too broken to say)'],
    ['tier', `${letter.tier}${letter.version && ` (version ${letter.version})`}`],
    ['queue', letter.queue],
    ['given up', `${timeText(letter.at)}, attempt ${letter.attempt}`],
    ['code', letter.code],
    ['reason', letter.reason],
  ] as const;
  const message = messageOf(letter);
  const body = (typeof message === 'string' ? message : textOf(message)) ?? letter.body;
  return [
    paint('bold', `dead letter ${shown(letter.id)}`),
    ...facts.map(([name, value]) => `  ${paint('dim', name.padEnd(8))}  ${shown(value).replaceAll('\n', NEXT_LINE)}`),
    '',
    `  ${shown(body).replaceAll('\n', '\n  ')}`,
  ].join('\n');
}

const NEXT_LINE = `\n${' '.repeat(12)}`;

function textOf(message: unknown): string | undefined {
  try {
    return JSON.stringify(message, null, 2);
  } catch {
    return undefined;
  }
}

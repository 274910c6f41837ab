import type { Command } from 'commander';
import {
  type DeadLetterOutcome,
  type LetterFacts,
  redriveDeadLetters,
  visitDeadLetters,
} from '../runtime/dead-letters.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import {
  type DlqOptions,
  grouping,
  type LetterGroup,
  type Letters,
  noneText,
  requireLetters,
  withFilter,
  withLetters,
} from './dlq-common.ts';
import { EXIT, toFailure } from './failure.ts';
import { failureJson, failureText } from './failure-report.ts';
import { count, shown } from './text.ts';

/** `sluice dlq redrive`: dead letters back to work. */
export function addRedrive(dlq: Command): void {
  const command = dlq
    .command('redrive')
    .description('Send dead letters back to the queues they came from. Safe to repeat: no flow is lost in between.')
    .option('--dry-run', 'only say what would be sent');
  withHelp(withCloudOptions(withFilter(command)), [
    ['dlq redrive --flow cat-7', 'one flow'],
    ['dlq redrive --tier small --reason predict-failed', 'after the tier was corrected'],
    ['dlq redrive --dry-run', 'what would be sent'],
  ]);
  withWork<DlqOptions>(command, async (io, options) => {
    const { done, failed, none } = await withLetters(options, async (letters) => {
      const outcome = options.dryRun ? await meant(letters) : await redrive(letters);
      const found = outcome.done.length + outcome.failed.length;
      return { ...outcome, none: found === 0 ? await noneText(letters) : undefined };
    });
    requireLetters(done.length + failed.length, options);
    const groups = grouped(done);
    if (io.json) {
      await io.value({
        [options.dryRun ? 'wouldRedrive' : 'redriven']: done.length,
        groups: groups.map(({ tier, code, count: n }) => ({ tier, code, count: n })),
        failed: failed.map(({ letter, error }) => ({
          id: letter.id,
          flow: letter.flow,
          ...failureJson(toFailure(error)),
        })),
      });
    }
    for (const { tier, code, count: n } of groups) {
      io.say(`${options.dryRun ? 'would redrive' : 'redrove'} ${count(n, 'letter')} of ${tier} (${shown(code)})`);
    }
    if (none !== undefined) io.say(none);
    if (!io.json)
      for (const { letter, error } of failed)
        io.note(failureText({ ...toFailure(error), message: `letter ${letter.id} stays: ${error.message}` }));
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

const redrive = ({ cloud, sources, filter }: Letters): Promise<DeadLetterOutcome> =>
  redriveDeadLetters(cloud, sources, filter);

async function meant({ cloud, sources, filter }: Letters): Promise<DeadLetterOutcome> {
  const done: LetterFacts[] = [];
  await visitDeadLetters(cloud, sources, filter, ({ id, tier, code, flow, at }) =>
    done.push({ id, tier, code, flow, at }),
  );
  return { done, failed: [] };
}

function grouped(letters: readonly LetterFacts[]): readonly LetterGroup<LetterFacts>[] {
  const groups = grouping<LetterFacts>(0);
  for (const letter of letters) groups.add(letter);
  return groups.groups();
}

import type { Command } from 'commander';
import { type DeadLetterOutcome, listDeadLetters, redriveDeadLetters } from '../runtime/dead-letters.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { type DlqOptions, groupLetters, requireLetters, withFilter, withLetters } from './dlq-common.ts';
import { EXIT, toFailure } from './failure.ts';
import { failureJson, failureText } from './report.ts';
import { count } from './text.ts';

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
    const { done, failed } = await withLetters(
      options,
      async ({ cloud, sources, filter }): Promise<DeadLetterOutcome> => {
        if (!options.dryRun) return redriveDeadLetters(cloud, sources, filter);
        return { done: await listDeadLetters(cloud, sources, filter), failed: [] };
      },
    );
    requireLetters(done.length + failed.length, options);
    const groups = groupLetters(done);
    if (io.json) {
      await io.value({
        [options.dryRun ? 'wouldRedrive' : 'redriven']: done.length,
        groups: groups.map(({ tier, code, letters }) => ({ tier, code, count: letters.length })),
        failed: failed.map(({ letter, error }) => ({
          id: letter.id,
          flow: letter.flow,
          ...failureJson(toFailure(error)),
        })),
      });
    }
    for (const { tier, code, letters } of groups) {
      io.say(`${options.dryRun ? 'would redrive' : 'redrove'} ${count(letters.length, 'letter')} of ${tier} (${code})`);
    }
    if (done.length + failed.length === 0) io.say('no dead letters');
    if (!io.json)
      for (const { letter, error } of failed)
        io.note(failureText({ ...toFailure(error), message: `letter ${letter.id} stays: ${error.message}` }));
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

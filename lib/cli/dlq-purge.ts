import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { purgeDeadLetters, visitDeadLetters } from '../runtime/dead-letters.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { type DlqOptions, noneText, requireLetters, withFilter, withLetters } from './dlq-common.ts';
import { EXIT, wrongUsage } from './failure.ts';
import { count } from './text.ts';

/** `sluice dlq purge`: dead letters deleted for good. */
export function addPurge(dlq: Command): void {
  const command = dlq
    .command('purge')
    .description('Delete dead letters for good. Asks first; without a terminal it needs --yes.')
    .option('--dry-run', 'only say what would be deleted')
    .option('--yes', 'do not ask');
  withHelp(withCloudOptions(withFilter(command)), [
    ['dlq purge --reason data-invalid', 'those that can never succeed'],
    ['dlq purge --yes', 'all, without asking'],
  ]);
  withWork<DlqOptions>(command, async (io, options) => {
    const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
    if (!options.yes && !options.dryRun && !isTerminal) {
      throw wrongUsage(
        'purge deletes flows for good and nobody is here to ask',
        'Add --yes, or look first with --dry-run.',
      );
    }
    return withLetters(options, async (letters) => {
      const { cloud, sources, filter } = letters;
      let meant = 0;
      await visitDeadLetters(cloud, sources, filter, () => (meant += 1));
      requireLetters(meant, options);
      const ask = !options.yes && !options.dryRun && meant > 0;
      const agreed =
        !options.dryRun && (!ask || (await agree(`Delete ${count(meant, 'dead letter')} for good? (y/N) `)));
      const purged = agreed ? (await purgeDeadLetters(cloud, sources, filter)).done.length : 0;
      if (io.json) await io.value(options.dryRun ? { wouldPurge: meant } : { purged });
      if (meant === 0) io.say(await noneText(letters));
      else
        io.say(
          options.dryRun ? `would delete ${count(meant, 'dead letter')}` : `deleted ${count(purged, 'dead letter')}`,
        );
      return EXIT.ok;
    });
  });
}

async function agree(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(question)).trim());
  } finally {
    reader.close();
  }
}

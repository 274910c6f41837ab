import type { Command } from 'commander';
import { didYouMean } from '../core/nearest.ts';
import { type RedecidedLog, redecide } from '../runtime/log/redecide.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import { EXIT, notFound, refused, wrongUsage } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';
import { redecidedText } from './redecide-text.ts';
import { shown } from './text.ts';

interface RedecideCommandOptions extends CommonOptions {
  readonly with: Readonly<Record<string, number>>;
  readonly list?: true;
}

/** `sluice redecide`: what other thresholds would have decided, from the log alone. */
export function addRedecide(program: Command): void {
  const command = program
    .command('redecide [files...]')
    .summary('decide a log again under other thresholds')
    .description(
      'Decide a decision log again under other thresholds, without running a model: which flows would take another way,\n' +
        'what each tier would answer and escalate, and what the log cannot know. Reads files and folders, gzipped or not;\n' +
        'without any, the log of the application.',
    )
    .option('--with <tier=threshold>', 'the threshold of a tier; may be given again', readThreshold, {})
    .option('--list', 'print each flow that would take another way');
  withHelp(withCloudOptions(command), [
    ['redecide --with small=0.93', 'the log of the durable folder'],
    ['redecide decisions.ndjson.gz --with small=0.93 --with thumb=0.5', 'files'],
    ['redecide --outputs outputs.json --with small=0.93 --json', 'the log of the deployed cascade'],
  ]);
  withWork<RedecideCommandOptions>(command, async (io, options, files) => {
    const log = await openLog(files as readonly string[], options);
    try {
      const result = await redecide(log.source, {
        with: options.with,
        onProblem: problemTeller(io),
        ...(options.list && {
          onChange(change) {
            if (io.json) void io.value(change);
            else io.say(`${shown(change.flow)}  ${change.tier}  ${change.score}  ${change.change}`);
          },
        }),
      });
      checkTiers(options.with, result);
      if (io.json) await io.value(result);
      else io.say(redecidedText(result));
      return EXIT.ok;
    } finally {
      await log.close();
    }
  });
}

function readThreshold(text: string, others: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const [, tier, number] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (tier === undefined || !Number.isFinite(Number(number))) {
    throw wrongUsage(`--with is ${text}`, 'Give a tier and a number: --with small=0.93');
  }
  return { ...others, [tier]: Number(number) };
}

/** A name that is not in the log changes nothing, which must not look like an answer. */
function checkTiers(asked: Readonly<Record<string, number>>, { tiers }: RedecidedLog): void {
  for (const name of Object.keys(asked)) {
    const known = tiers.find(({ tier }) => tier === name);
    if (!known) {
      const names = [...new Set(tiers.map(({ tier }) => tier))];
      const fix =
        names.length === 0
          ? 'It has no decision on a prediction.'
          : `${didYouMean(name, names)}Tiers in it: ${names.join(', ')}.`;
      throw notFound('tier', `the log does not know tier "${name}"`, fix);
    }
    if (known.scored === 0) {
      throw refused(
        `tier "${name}" logged no score, so no threshold changes what it decided`,
        'Give the tier satisfied.score.',
      );
    }
  }
}

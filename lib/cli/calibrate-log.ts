import { type Gathered, gather } from '../calibrate/from-records.ts';
import type { UsageCounter } from '../cost/usage.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import { type LogOptions, readLabels } from './calibrate-options.ts';
import { wrongUsage } from './failure.ts';
import type { Io } from './io.ts';
import { problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';
import { shown } from './text.ts';

/** Reads the log that the options mean, with its labels; `onRecord` sees each record once, those of other tiers too. */
export async function readColumns(
  io: Io,
  files: readonly string[],
  options: LogOptions,
  tiers: readonly string[],
  onRecord?: UsageCounter['add'],
): Promise<Gathered> {
  const labels = options.labels === undefined ? undefined : await readLabels(options.labels);
  const gathered = gather({
    tiers,
    ...(labels && { labels }),
    ...(options.answer !== undefined && { answer: options.answer }),
    ...(options.logits !== undefined && { logits: options.logits }),
  });
  const log = await openLog(files, options);
  try {
    const wanted = onRecord ? { unique: true } : { tiers };
    const reading = readDecisions(log.source, { ...wanted, onProblem: problemTeller(io) });
    for await (const record of reading) {
      gathered.add(record);
      onRecord?.(record, reading.lineBytes);
    }
  } finally {
    await log.close();
  }
  const read = gathered.done();
  if (read.missed) {
    const { tier, to } = read.missed;
    throw wrongUsage(
      `${shown(tier)} escalated to "${shown(to)}", which is not among ${tiers.join(', ')}`,
      'Name all tiers of the log, first to last: --tiers; or give the files that were written since.',
    );
  }
  return read;
}

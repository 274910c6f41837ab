import { type Gathered, gather } from '../calibrate/from-records.ts';
import type { UsageCounter } from '../cost/usage.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import { type LogOptions, readLabels } from './calibrate-options.ts';
import type { Io } from './io.ts';
import { problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';

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
  return gathered.done();
}

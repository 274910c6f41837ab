import { type FromRecords, gather } from '../calibrate/from-records.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import { type LogOptions, readLabels } from './calibrate-options.ts';
import type { Io } from './io.ts';
import { problemTeller } from './log-problems.ts';
import { openLog } from './log-source.ts';

/** Reads the log that the options mean, with its labels. */
export async function readColumns(
  io: Io,
  files: readonly string[],
  options: LogOptions,
  tiers: readonly string[],
): Promise<FromRecords> {
  const labels = options.labels === undefined ? undefined : await readLabels(options.labels);
  const gathered = gather({
    tiers,
    ...(labels && { labels }),
    ...(options.answer !== undefined && { answer: options.answer }),
    ...(options.logits !== undefined && { logits: options.logits }),
  });
  const log = await openLog(files, options);
  try {
    for await (const record of readDecisions(log.source, { tiers, onProblem: problemTeller(io) })) gathered.add(record);
  } finally {
    await log.close();
  }
  return gathered.done();
}

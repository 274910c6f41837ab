import { SluiceError } from '../../core/errors.ts';
import type { Cloud } from '../../ports/cloud.ts';
import type { DecisionLog, LogFile, LogRange } from '../../ports/decision-log.ts';
import { filesAt } from './paths.ts';

/** Where decision records are read from: a file or folder, several of them, a cloud, or anything that has files. */
export type DecisionSource =
  | string
  | readonly string[]
  | Pick<Cloud, 'decisions'>
  | Required<Pick<DecisionLog, 'files'>>;

/** The files of a source. @throws SluiceError `log-unreadable` where it cannot be read back */
export function filesOf(source: DecisionSource, range: LogRange = {}): AsyncIterable<LogFile> {
  if (typeof source === 'string') return filesAt([source]);
  if (Array.isArray(source)) return filesAt(source as readonly string[]);
  const log = 'decisions' in source ? source.decisions : (source as DecisionLog);
  if (log.files) return log.files(range);
  throw new SluiceError('log-unreadable', 'this cloud does not keep its decisions where they can be read back', {
    fix: 'Deploy with decisions: true, or name the files that were exported from its log.',
  });
}

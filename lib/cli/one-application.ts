import type { DecisionRecord } from '../core/decision.ts';
import { wrongUsage } from './failure.ts';
import { shown } from './text.ts';

/** Where a log says by itself which application it is about: records of another must not be left out without a word. */
export function checkOne({ application }: DecisionRecord, first: string): void {
  if (application === first) return;
  throw wrongUsage(
    `the log has records of more than one application: ${shown(first)} and ${shown(application)}`,
    `Say which: --application ${shown(first)}`,
  );
}

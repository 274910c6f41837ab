export type { Backend, Check, CheckedQueue, Outside, QueueWish, Verdict } from './check.ts';
export { conformance } from './conformance.ts';
export { conformanceSummary, conformanceTable } from './report.ts';
export type { CheckResult, RunOptions } from './run.ts';
export { runConformance } from './run.ts';

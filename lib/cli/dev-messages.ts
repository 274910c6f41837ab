import type { Failure } from './failure.ts';

/** What the watching process tells the one that runs. */
export type ToRun = { readonly do: 'stop' };

/** What the running process tells the one that watches. */
export type FromRun =
  | { readonly is: 'running' }
  /** `files`: the application's files are at fault, and changing them may help. */
  | { readonly is: 'failed'; readonly by: 'files' | 'start'; readonly failure: Failure };

import type { DecisionRecord } from '../core/decision.ts';

/** What a function says about itself, beside the decision log. */
export interface FunctionLog {
  /** A fault of the function itself: its records come back. */
  fault(error: unknown, requestId: string | undefined): Promise<void>;
  /** Decisions that the log did not take: their records come back. */
  refused(why: unknown, count: number, requestId: string | undefined): Promise<void>;
  /** Retried and failed records, one line a cause, without payloads. */
  decisions(records: readonly DecisionRecord[], requestId: string | undefined): Promise<void>;
}

/** Where it happened. */
export interface LogPlace {
  readonly application: string;
  readonly tier: string;
}

/** Where lines go. */
export type Lines = Pick<import('@aws-lambda-powertools/logger').Logger, 'error' | 'warn'>;

/** The log of one function. What writes is loaded with its first line: most functions never write one. */
export function functionLog(place: LogPlace, open?: (place: LogPlace) => Promise<Lines>): FunctionLog {
  let loaded: Promise<FunctionLog> | undefined;
  const lines = (): Promise<FunctionLog> =>
    (loaded ??= import('./logger-lines.ts').then(({ logLines }) => logLines(place, open)));
  return {
    fault: async (...told) => (await lines()).fault(...told),
    refused: async (...told) => (await lines()).refused(...told),
    async decisions(records, requestId) {
      if (records.some(({ decision }) => decision === 'retried' || decision === 'failed'))
        await (await lines()).decisions(records, requestId);
    },
  };
}

import type { DecisionRecord } from '../core/decision.ts';
import { toError } from '../core/errors.ts';

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

type Lines = Pick<import('@aws-lambda-powertools/logger').Logger, 'error' | 'warn'>;

/** Flow ids named in one line; the decision log has them all. */
const NAMED = 10;

/** Makes the logger that lines go to. Loaded with its first line: most functions never write one, and it takes 8 ms. */
async function powertools({ application, tier }: LogPlace): Promise<Lines> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: application, persistentKeys: { application, tier } });
}

/** The log of one function. A reason may quote data, so lines name codes and flows, and the decision log the rest. */
export function functionLog(place: LogPlace, open: (place: LogPlace) => Promise<Lines> = powertools): FunctionLog {
  let opened: Promise<Lines> | undefined;
  const lines = (): Promise<Lines> => (opened ??= open(place));
  return {
    async fault(thrown, requestId) {
      const error = toError(thrown);
      (await lines()).error('the function failed, all its records come back', { request_id: requestId, error });
    },
    async refused(why, count, requestId) {
      const error = toError(why);
      (await lines()).error('the decision log did not take its records, whose messages come back', {
        request_id: requestId,
        count,
        error,
      });
    },
    async decisions(records, requestId) {
      for (const decision of ['retried', 'failed'] as const) {
        for (const [code, same] of byCode(records.filter((record) => record.decision === decision))) {
          const level = decision === 'failed' ? 'error' : 'warn';
          const flows = same.slice(0, NAMED).map(({ flow }) => flow);
          (await lines())[level](`${same.length} ${decision}: ${code}`, {
            request_id: requestId,
            decision,
            code,
            count: same.length,
            flows,
          });
        }
      }
    },
  };
}

function byCode(records: readonly DecisionRecord[]): Map<string, DecisionRecord[]> {
  return Map.groupBy(records, (record) => record.code ?? 'unknown');
}

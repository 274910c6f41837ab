import type { DecisionRecord } from '../core/decision.ts';
import { toError } from '../core/errors.ts';
import type { FunctionLog, Lines, LogPlace } from './logger.ts';

/** Flow ids named in one line; the decision log has them all. */
const NAMED = 10;

/** Makes the logger that lines go to; it takes 8 ms. */
async function powertools({ application, tier }: LogPlace): Promise<Lines> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: application, persistentKeys: { application, tier } });
}

/** What a function's log writes. A reason may quote data, so lines name codes and flows, and the decision log the rest. */
export async function logLines(
  place: LogPlace,
  open: (place: LogPlace) => Promise<Lines> = powertools,
): Promise<FunctionLog> {
  const lines = await open(place);
  return {
    async fault(thrown, requestId) {
      const error = toError(thrown);
      lines.error('the function failed, all its records come back', { request_id: requestId, error });
    },
    async refused(why, count, requestId) {
      const error = toError(why);
      lines.error('the decision log did not take its records, whose messages come back', {
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
          lines[level](`${same.length} ${decision}: ${code}`, {
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

import type { DecisionRecord } from '../core/decision.ts';
import { SluiceError } from '../core/errors.ts';
import type { DecisionLog } from '../ports/decision-log.ts';

/** Takes text and says when it is written: `process.stdout`, as far as it is used here. */
export interface LineSink {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/**
 * A decision log on standard output, one JSON line a record, for functions whose decisions are not delivered: CloudWatch
 * Logs keeps it. `readDecisions` reads such lines where they were exported.
 *
 * @example
 * ```ts
 * import { awsCloud, stdoutDecisions } from 'sluice/aws';
 *
 * const write = (text: string, done: () => void) => process.stderr.write(text, done);
 * const { decisions } = awsCloud({ queues: {}, decisions: stdoutDecisions({ write }) });
 * await decisions.write([]);
 * ```
 */
export function stdoutDecisions(sink: LineSink = process.stdout): DecisionLog {
  return {
    async write(records) {
      if (records.length === 0) return;
      const text = records.map(line).join('');
      await new Promise<void>((resolve, reject) => {
        sink.write(text, (error) => (error ? reject(error) : resolve()));
      });
    },
    async flow(flowId) {
      throw new SluiceError('usage', 'a function writes its decisions to CloudWatch Logs and cannot read them back', {
        flow: flowId,
        fix: `Ask Logs Insights: filter sluice = "decision" and flow = ${JSON.stringify(flowId)} | sort at.`,
      });
    },
  };
}

function line(record: DecisionRecord): string {
  return `{"sluice":"decision",${JSON.stringify(record).slice(1)}\n`;
}

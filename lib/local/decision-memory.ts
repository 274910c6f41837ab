import { Readable } from 'node:stream';
import type { DecisionRecord } from '../core/decision.ts';
import type { DecisionLog } from '../ports/decision-log.ts';

/** Records kept: enough to look back on, few enough to stay small. */
const KEPT = 10_000;

/** The last decisions, in memory. */
export function decisionMemory(kept: number = KEPT): Required<DecisionLog> {
  const ring: DecisionRecord[] = [];
  let oldest = 0;
  const inOrder = (): readonly DecisionRecord[] => [...ring.slice(oldest), ...ring.slice(0, oldest)];
  return {
    async write(records) {
      for (const record of records) {
        if (ring.length < kept) {
          ring.push(record);
        } else {
          ring[oldest] = record;
          oldest = (oldest + 1) % kept;
        }
      }
    },
    flow: async (flowId) => inOrder().filter((record) => record.flow === flowId),
    async *files() {
      const lines = inOrder().map((record) => `${JSON.stringify(record)}\n`);
      yield { name: ':memory:', bytes: () => Readable.from([Buffer.from(lines.join(''))]) };
    },
  };
}

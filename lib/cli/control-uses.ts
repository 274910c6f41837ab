import { MODEL } from '../core/control/model.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import type { DecisionSource } from '../runtime/log/source.ts';
import { table } from './table.ts';
import { msText, oneLine, timeText } from './text.ts';

/** How one version of a tier's model was used. */
export interface ModelUse {
  /** Version of the control `model`; 0 where `load` made it by itself. */
  readonly version: number;
  /** Its first and last prediction, ms since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly uses: number;
  readonly totalMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** A version that was tried, last at `at` (ms since the epoch), and never served. */
export interface ModelRefusal {
  readonly version: number;
  readonly at: number;
  readonly reason: string;
}

/** What became of a tier's models, the version that came first in front. */
export interface ModelStory {
  readonly uses: readonly ModelUse[];
  readonly rejected: readonly ModelRefusal[];
}

/** What a decision log tells of a tier's models, from that time on (ms since the epoch). */
export async function modelStory(log: DecisionSource, tier: string, from = 0): Promise<ModelStory> {
  const uses = new Map<number, ModelUse>();
  const rejected = new Map<number, ModelRefusal>();
  for await (const record of readDecisions(log, { tiers: [tier], from, unique: true })) {
    const { at, decision, modelMs, reason = '' } = record;
    const version = record.controls?.[MODEL] ?? 0;
    if (decision === 'rejected') rejected.set(version, { version, at, reason });
    if (modelMs !== undefined) uses.set(version, added(uses.get(version), version, at, modelMs));
  }
  return { uses: [...uses.values()], rejected: [...rejected.values()] };
}

function added(use: ModelUse | undefined, version: number, at: number, ms: number): ModelUse {
  if (!use) return { version, since: at, until: at, uses: 1, totalMs: ms, minMs: ms, maxMs: ms };
  return {
    version,
    since: Math.min(use.since, at),
    until: Math.max(use.until, at),
    uses: use.uses + 1,
    totalMs: use.totalMs + ms,
    minMs: Math.min(use.minMs, ms),
    maxMs: Math.max(use.maxMs, ms),
  };
}

/** The same for people; nothing where there is nothing. */
export function storyText({ uses, rejected }: ModelStory): string {
  const refusals = rejected.map(({ at, reason }) => `rejected at ${timeText(at)}: ${oneLine(reason, 400)}`);
  return [...(uses.length > 0 ? [usesText(uses)] : []), ...refusals].join('\n');
}

function usesText(uses: readonly ModelUse[]): string {
  const rows = uses.map(({ version, since, uses: n, totalMs, minMs, maxMs }) => [
    version,
    timeText(since),
    n,
    ...[totalMs, minMs, maxMs].map(msText),
  ]);
  return table(['version', 'first used', 'uses', 'total', 'least', 'most'], rows);
}

import { toError } from '../core/errors.ts';
import type { Graph } from '../core/plan.ts';
import { settleExpired } from '../runtime/expired.ts';
import type { LocalCloud } from './cloud.ts';

const EVERY_MS = 1_000;
const AT_ONCE = 1_000;

/** Decides on expired halves: logged first, deleted then, so that a crash in between only logs them again. */
export function startSweep(graph: Graph, cloud: LocalCloud, onError: (error: Error) => void): { stop(): void } {
  const sweep = async (): Promise<void> => {
    const expired = await cloud.table.expired(AT_ONCE);
    if (expired.length === 0) return;
    await settleExpired(graph, cloud, expired);
    await cloud.table.deleteExpired(expired.map(({ key }) => key));
  };
  const timer = setInterval(() => sweep().catch((error: unknown) => onError(toError(error))), EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

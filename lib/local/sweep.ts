import { toError } from '../core/errors.ts';
import type { Graph } from '../core/plan.ts';
import { settleExpired } from '../runtime/expired.ts';
import type { LocalCloud } from './cloud.ts';

const EVERY_MS = 1_000;
const AT_ONCE = 1_000;

/** As long as a dead letter is kept: until then, redriving it may need its objects. */
const KEEP_OBJECTS_MS = 14 * 86_400_000;
const OBJECTS_EVERY_MS = 3_600_000;

/**
 * Decides on expired halves: logged first, deleted then, so that a crash in between only logs them again. Also what an
 * S3 lifecycle rule does: deletes objects once nothing can need them.
 */
export function startSweep(graph: Graph, cloud: LocalCloud, onError: (error: Error) => void): { stop(): void } {
  const sweep = async (): Promise<void> => {
    const expired = await cloud.table.expired(AT_ONCE);
    if (expired.length === 0) return;
    await settleExpired(graph, cloud, expired);
    await cloud.table.deleteExpired(expired);
  };
  const sweepObjects = async (): Promise<void> =>
    void (await cloud.objects.deleteOlder(cloud.clock.now() - KEEP_OBJECTS_MS));
  const timers = [every(EVERY_MS, sweep, onError), every(OBJECTS_EVERY_MS, sweepObjects, onError)];
  return { stop: () => timers.forEach(clearInterval) };
}

function every(ms: number, work: () => Promise<void>, onError: (error: Error) => void): NodeJS.Timeout {
  const timer = setInterval(() => work().catch((error: unknown) => onError(toError(error))), ms);
  return timer.unref();
}

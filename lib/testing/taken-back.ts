import type { Deployment } from './deployment.ts';
import type { World } from './world.ts';

const SOONEST_MS = 100;

/**
 * Takes a deployment back while faults happen, if it is to be, at a moment that the seed draws: as likely within seconds, as flows
 * begin, as within hours. The function it returns says whether that has been done.
 */
export function takeBack({ isTakenBack }: Deployment, world: World, faultsMs: number): () => boolean {
  if (!isTakenBack) return () => false;
  let done = false;
  const afterMs = SOONEST_MS * Math.max(faultsMs / SOONEST_MS, 1) ** world.draws('taken back').next();
  world.schedule.after(afterMs, () => {
    done = true;
    if (!world.healed()) world.tell('world', { did: 'take back' });
  });
  return () => done;
}

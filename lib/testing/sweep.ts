import type { Graph } from '../core/plan.ts';
import { limitsFor } from '../core/plan.ts';
import { settleExpired } from '../runtime/expired.ts';
import { createProcess } from './process.ts';
import type { World } from './world.ts';

const LIMITS = limitsFor({ timeoutMs: 30_000, windowMs: 0 });
const USUAL_MS = 1_000;
const LATEST_MS = 2 * 86_400_000;
const AGAIN_MS = 10_000;

type Expired = { readonly key: string; readonly item: Parameters<typeof settleExpired>[2][number]['item'] };

/**
 * The table's expiry, both ways there are: decided on and then deleted, as on the embedded cloud; or deleted, late, and
 * decided on from a stream of what was deleted, as on DynamoDB. Which one, the seed says. Each sweep knows the graph that is
 * chosen for it.
 */
export function startSweep(world: World, chooseGraph: () => Graph): { readonly busy: () => number } {
  const { schedule, table } = world;
  const draws = world.draws('sweep');
  const late = world.faults.at('lateExpiry', 'table');
  const deletesFirst = draws.next() < 0.5;
  let next: { readonly expiry: number; readonly timer: { cancel(): void } } | undefined;
  let sweeping = false;
  let processes = 0;
  let unsettled = 0;

  function plan(): void {
    const expiry = sweeping ? undefined : table.nextExpiry();
    if (expiry === undefined || (next && next.expiry <= expiry)) return;
    next?.timer.cancel();
    const how = late();
    const lateMs = how === undefined ? USUAL_MS * (1 + draws.next()) : LATEST_MS * how;
    next = { expiry, timer: schedule.after(expiry - schedule.now() + lateMs, sweep) };
  }
  function sweep(): void {
    next = undefined;
    const expired = table.expired(schedule.now());
    if (deletesFirst) {
      remove(expired);
      // A stream gives the same records again until they are worked off.
      unsettled += 1;
      const settled = (): void => {
        unsettled -= 1;
      };
      const read = (): void => settle(expired, settled, read);
      read();
      plan();
    } else {
      sweeping = true;
      const done = (): void => {
        remove(expired);
        sweeping = false;
        plan();
      };
      settle(expired, done, sweep);
    }
  }
  function remove(expired: readonly Expired[]): void {
    for (const { key, item } of expired) {
      if (table.deleteExpired(key, item)) world.tell('table', { did: 'expire', key, item });
    }
  }
  function settle(expired: readonly Expired[], done: () => void, again: () => void): void {
    processes += 1;
    const process = createProcess(world, 'sweep', processes, LIMITS);
    const retry = (): void => void schedule.after(AGAIN_MS, again);
    process.begin(LIMITS.functionMs, retry);
    settleExpired(chooseGraph(), process.cloud, expired).then(
      () => {
        process.end();
        done();
      },
      () => {
        process.end();
        retry();
      },
    );
  }
  world.onTableWrite(plan);
  return { busy: () => unsettled + (sweeping ? 1 : 0) };
}

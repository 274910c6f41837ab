import type { World } from './world.ts';

/** A time in which a tier is down; none once the world has healed. */
export interface Outage {
  isOn(): boolean;
  /** When a tier that is down may work again; 0 where it may now. */
  over(): number;
}

const HOUR_MS = 3_600_000;

/** Whether a tier is down for a while, and when, as the seed says. */
export function plannedOutage({ faults, schedule, healed }: World, name: string): Outage {
  const how = faults.at('outage', name)();
  if (how === undefined) return NONE;
  const from = schedule.now() + 60_000 * how;
  const to = from + HOUR_MS * (0.2 + 0.8 * how);
  const over = (): number => (!healed() && schedule.now() >= from ? to : 0);
  return { over, isOn: () => schedule.now() < over() };
}

const NONE: Outage = { over: () => 0, isOn: () => false };

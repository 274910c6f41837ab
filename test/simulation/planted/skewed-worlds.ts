import * as skewed from '../skewed.ts';
import type { PlantedWorld } from './worlds.ts';

/** Worlds in which halves of one flow are near each other in time or far: a seed takes the next one. */
export const skewedWorlds: readonly PlantedWorld[] = Object.entries(skewed).map(([name, application]) => ({
  name,
  flows: 6,
  eventually: {},
  ...application,
}));

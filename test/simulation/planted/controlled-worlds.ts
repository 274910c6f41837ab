import { fridges, gauges, heaters, movingThresholds, swappedModels } from '../controlled.ts';
import type { PlantedWorld } from './worlds.ts';

/** Worlds that live by their controls: a seed takes the next one. */
export const controlledWorlds: readonly PlantedWorld[] = [
  { name: 'heaters', flows: 6, eventually: {}, ...heaters },
  { name: 'moving thresholds', flows: 6, eventually: {}, ...movingThresholds },
  { name: 'swapped models', flows: 6, eventually: {}, ...swappedModels },
  { name: 'gauges', flows: 12, eventually: {}, ...gauges },
];

/** And those in which data is worked again. */
export const againWorlds: readonly PlantedWorld[] = [{ name: 'fridges', flows: 6, eventually: {}, ...fridges }];

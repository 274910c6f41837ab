import * as deployments from '../deployed.ts';
import type { PlantedWorld } from './worlds.ts';

/** Worlds in which another graph is deployed while flows are under way: a seed takes the next one. */
export const deployedWorlds: readonly PlantedWorld[] = Object.entries(deployments).map(([name, deployed]) => ({
  name,
  flows: 6,
  eventually: {},
  ...deployed,
}));

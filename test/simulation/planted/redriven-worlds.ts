import { joinedLetters } from '../redriven.ts';
import type { PlantedWorld } from './worlds.ts';

/** Worlds in which dead letters are sent back. */
export const redrivenWorlds: readonly PlantedWorld[] = [
  { name: 'joined letters', flows: 12, eventually: {}, redrive: true, ...joinedLetters },
];

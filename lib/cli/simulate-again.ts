import type { SmallWorld } from '../testing/index.ts';
import { shellText } from './text.ts';

/** The options of a simulation that make its worlds what they are. */
export interface WorldOptions {
  readonly input?: string;
  readonly faults?: string;
  readonly next?: string;
  readonly takenBack?: true;
  readonly pure?: true;
  readonly redrive?: true;
}

/** Commands that show a world again: what was given is given again, and which world it is. */
export interface Again {
  /** A world as it was found. */
  whole(seed: number, flows: number): string;
  /** A world that was made small. */
  small(world: SmallWorld): string;
}

export function commandsAgain(application: string, options: WorldOptions): Again {
  const { input, faults, next, takenBack, pure, redrive } = options;
  const given = Object.entries({ input, faults, next }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const flags = Object.entries({ 'taken-back': takenBack, pure, redrive }).flatMap(([name, is]) =>
    is ? [`--${name}`] : [],
  );
  const words = [application, ...given, ...flags];
  const command = `npx sluice simulate ${words.map(shellText).join(' ')}`;
  return {
    whole: (seed, flows) => `${command} --seed ${seed} --seeds 1 --flows ${flows}`,
    small: (world) => `${command} --only ${shellText(JSON.stringify(world))}`,
  };
}

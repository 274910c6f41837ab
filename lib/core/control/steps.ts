import { predictWithState } from '../state/step.ts';
import { workAgain } from './again.ts';
import { readDecidingControls, versionsOf } from './decide-with.ts';

/** What steps do at a tier that has a state, decides with controls or works data again: others do not even load it. */
export interface ControlSteps {
  /** Predicts with the tier's state, and keeps both. */
  readonly predictWithState: typeof predictWithState;
  /** Reads what gates and score decide with. */
  readonly read: typeof readDecidingControls;
  /** The versions that a decision names. */
  readonly versions: typeof versionsOf;
  /** Works the newest data of a key again. */
  readonly workAgain: typeof workAgain;
}

/** Those steps. */
export const controlSteps: ControlSteps = {
  predictWithState,
  read: readDecidingControls,
  versions: versionsOf,
  workAgain,
};

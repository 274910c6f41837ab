import type { Bug } from '../bug.ts';
import { claimBugs } from './claims.ts';
import { controlBugs } from './controls.ts';
import { failureBugs } from './failures.ts';
import { joinBugs } from './joins.ts';
import { logBugs } from './log.ts';
import { objectBugs } from './objects.ts';
import { paceBugs } from './pace.ts';
import { queueBugs } from './queues.ts';
import { verdictBugs } from './verdicts.ts';

/** The gallery: every mistake that the simulator must find. */
export const BUGS: readonly Bug[] = [
  ...queueBugs,
  ...claimBugs,
  ...joinBugs,
  ...verdictBugs,
  ...paceBugs,
  ...objectBugs,
  ...failureBugs,
  ...logBugs,
  ...controlBugs,
];

/** Names no bug: sound code in the worlds that live by their controls. */
export const SOUND_CONTROLS = 'controls';

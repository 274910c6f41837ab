import type { Bug } from '../bug.ts';
import { againBugs } from './again.ts';
import { claimBugs } from './claims.ts';
import { controlBugs } from './controls.ts';
import { deploymentBugs } from './deployments.ts';
import { failureBugs } from './failures.ts';
import { joinBugs } from './joins.ts';
import { logBugs } from './log.ts';
import { objectBugs } from './objects.ts';
import { paceBugs } from './pace.ts';
import { queueBugs } from './queues.ts';
import { redriveBugs } from './redrives.ts';
import { skewedBugs } from './skewed.ts';
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
  ...againBugs,
  ...deploymentBugs,
  ...skewedBugs,
  ...redriveBugs,
];

/**
 * Names of no bug: sound code in the worlds that live by their controls, that work data again, in which another graph is
 * deployed, in which halves are far from each other in time, in which dead letters are sent back.
 */
export const SOUND_CONTROLS = 'controls';
export const SOUND_AGAIN = 'again';
export const SOUND_DEPLOYMENTS = 'deployments';
export const SOUND_SKEWED = 'skewed';
export const SOUND_REDRIVES = 'redrives';

import type { Graph } from '../../core/plan.ts';
import { controlsAreFresh } from './controls-are-fresh.ts';
import { controlsEmitNothing } from './controls-emit-nothing.ts';
import { controlsNeverGoBack } from './controls-never-go-back.ts';
import { highestVersionCounts } from './highest-version-counts.ts';
import type { LawMaker } from './law.ts';
import { missingControls } from './missing-controls.ts';
import { outputsNameTheirControls } from './outputs-name-their-controls.ts';
import { stateCountsOnce } from './state-counts-once.ts';
import { workedAgain } from './worked-again.ts';

/** Laws of control streams and of states: applications that have neither need not listen for them. */
export const CONTROL_LAWS: readonly LawMaker[] = [
  controlsNeverGoBack,
  controlsAreFresh,
  highestVersionCounts,
  controlsEmitNothing,
  outputsNameTheirControls,
  missingControls,
  stateCountsOnce,
  workedAgain,
];

/** Whether an application has anything that these laws are about. */
export function hasControls({ controls, tiers }: Graph): boolean {
  return controls !== undefined || tiers.some(({ tier }) => tier.state !== undefined);
}

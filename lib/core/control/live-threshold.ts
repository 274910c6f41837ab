import type { TierPlan } from '../plan.ts';
import { control, type Step } from '../step/effects.ts';
import type { Story } from '../step/story.ts';
import { THRESHOLD, type Threshold } from './threshold.ts';

/** The threshold of a tier as the control `threshold` has moved it, where the application has that control. */
export function* liveThreshold(story: Story, plan: TierPlan): Step<void> {
  if (!plan.tier.satisfied || !plan.controls?.some(({ name }) => name === THRESHOLD)) return;
  const { found, reads } = yield* control(THRESHOLD, plan.tier.name);
  story.calls.table += reads;
  if (!found) return;
  story.threshold = (found.value as Threshold).atLeast;
  story.controls = { ...story.controls, [THRESHOLD]: found.version };
}

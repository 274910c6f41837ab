import type { TierPlan } from '../plan.ts';
import { type ModelEvent, now, type Step } from '../step/effects.ts';
import type { Story } from '../step/story.ts';
import { MODEL } from './model.ts';

/** Logs what happened to a tier's models, beside the flow whose prediction told it. */
export function* tellOfModels(story: Story, plan: TierPlan, events: readonly ModelEvent[]): Step<void> {
  for (const { did, version, reason } of events) {
    yield {
      do: 'log',
      record: {
        v: 1,
        at: yield* now(),
        application: plan.application,
        tier: story.name,
        version: plan.version,
        flow: `control#${MODEL}`,
        decision: did,
        reason: `model version ${version}: ${reason}`,
        controls: { [MODEL]: version },
        in: [],
        attempt: 1,
        calls: { queue: 0, table: 0, object: 0 },
      },
    };
  }
}

import { derivedId } from '../identity.ts';
import type { AgainQueue, ControlPlan } from '../plan.ts';
import { now, type Step } from '../step/effects.ts';
import { post, type Story } from '../step/story.ts';
import { EVERY_KEY } from './keys.ts';

/** What was sent, as a record names it. */
type Sent = readonly { readonly id: string; readonly to: string }[];

/**
 * Asks the tiers that work data again to do so for one key; for a wildcard, whose keys are to be found first, it asks the
 * function that applies controls. It comes after the control counts and before its message is
 * acknowledged, so a crash in between sends it again, under the same id.
 */
export function* askAgain(story: Story, plan: ControlPlan, control: string, key: string, version: number): Step<Sent> {
  const { id: message, flow, ts } = story.envelope!;
  const sent: { id: string; to: string }[] = [];
  for (const { queue, kind } of askedFor(plan, control, key)) {
    const id = derivedId('again', message, queue);
    yield* post(story, queue, {
      v: 1,
      id,
      flow,
      kind,
      from: { name: plan.name, version: plan.version },
      ts,
      sent: yield* now(),
      hop: 0,
      again: { control, key, version },
    });
    sent.push({ id, to: queue });
  }
  return sent;
}

function askedFor(
  { again, reads }: ControlPlan,
  control: string,
  key: string,
): readonly (ControlPlan['reads'][number] | AgainQueue)[] {
  const tiers = again?.[control] ?? [];
  return key.endsWith(EVERY_KEY) && tiers.length > 0 ? reads : tiers;
}

import { derivedId } from '../identity.ts';
import type { ControlPlan } from '../plan.ts';
import { now, type Step } from '../step/effects.ts';
import { post, type Story } from '../step/story.ts';
import { EVERY_KEY } from './keys.ts';

/** What was sent, as a record names it. */
type Sent = readonly { readonly id: string; readonly to: string }[];

/**
 * Asks the tiers that work data again to do so for one key. It comes after the control counts and before its message is
 * acknowledged, so a crash in between sends it again, under the same id.
 */
export function* askAgain(story: Story, plan: ControlPlan, control: string, key: string, version: number): Step<Sent> {
  const { id: message, flow, ts } = story.envelope!;
  const sent: { id: string; to: string }[] = [];
  for (const { queue, kind } of againOf(plan, control, key)) {
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

/** Which keys lie below a wildcard nobody knows: their data meets the control with what comes next. */
function againOf({ again }: ControlPlan, control: string, key: string): NonNullable<ControlPlan['again']>[string] {
  return key.endsWith(EVERY_KEY) ? [] : (again?.[control] ?? []);
}

import { isSluiceError, SluiceError } from '../errors.ts';
import type { ControlUse, TierPlan } from '../plan.ts';
import { complete, release } from '../step/claim.ts';
import { now, type Outcome, type Step } from '../step/effects.ts';
import { fail } from '../step/fail.ts';
import { endFlow, pastDeadline, record, type Story } from '../step/story.ts';
import type { BeforeControl } from './definition.ts';

/** Data waits no longer than this for its first control: its queue keeps messages for four days, and forgets them without a word. */
const BUFFER_MS = 3 * 86_400_000;
const FIRST_LOOK_MS = 1_000;
/** As many looks as a queue allows receives are not used up within three days. */
const LAST_LOOK_MS = 360_000;

/** The error that ends a prediction which asks for what nothing is set for. */
export function controlMissing({ name, beforeControl }: ControlUse, key: string): SluiceError {
  return new SluiceError('control-missing', `nothing is set for key ${JSON.stringify(key)} of control "${name}"`, {
    fix: `Set it: npx sluice control set ${name} '…'; what data does until then is the control's beforeControl.`,
    details: { control: name, key, beforeControl },
    retry: 'never',
  });
}

/** Whether an error says that a control is missing, and so what its policy is. */
export function policyOf(error: unknown): BeforeControl | undefined {
  return isSluiceError(error, 'control-missing') ? (error.details.beforeControl as BeforeControl) : undefined;
}

function* endHere(story: Story, plan: TierPlan, decision: 'dropped' | 'expired', reason: string): Step<Outcome> {
  const end = yield* endFlow(story, decision, reason);
  yield* complete(story, plan, decision);
  return end;
}

/** Does with a message what the missing control's policy says. */
export function* withoutControl(
  story: Story,
  plan: TierPlan,
  error: SluiceError,
  policy: BeforeControl,
): Step<Outcome> {
  // What decides with controls asks for them before its deadline is looked at.
  const expired = yield* pastDeadline(story);
  if (expired !== undefined) return yield* endHere(story, plan, 'expired', expired);
  if (policy === 'drop') {
    return yield* endHere(story, plan, 'dropped', error.problem);
  }
  const at = yield* now();
  const waited = at - story.incoming.sentAt;
  if (policy !== 'buffer' || waited > BUFFER_MS) return yield* fail(story, error);
  // Looked for again when it has waited half as long once more, so that short waits end soon and long ones cost little.
  const afterMs = Math.round(Math.min(FIRST_LOOK_MS + waited / 2, LAST_LOOK_MS));
  yield* release(story, at + afterMs);
  yield* record(story, 'throttled', { reason: `buffered: ${error.problem}`, until: at + afterMs });
  return { end: 'retry', afterMs };
}

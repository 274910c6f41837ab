import { liveThreshold } from '../control/live-threshold.ts';
import { policyOf, withoutControl } from '../control/missing.ts';
import { tellOfModels } from '../control/model-events.ts';
import type { ControlSteps } from '../control/steps.ts';
import { SluiceError } from '../errors.ts';
import { derivedId } from '../identity.ts';
import { survivor } from '../json-problem.ts';
import { PRODUCED } from '../object-keys.ts';
import type { DestinationPlan, TierPlan } from '../plan.ts';
import { arrive, readEnvelope, type Work } from './arrive.ts';
import { claim, endFlowHere, needsClaim } from './claim.ts';
import { decide } from './decide.ts';
import { ACK, type AskedState, ended, type Outcome, type Predicted, predict, type Step, validated } from './effects.ts';
import { fail } from './fail.ts';
import type { Meet } from './join.ts';
import { keepPace } from './pace.ts';
import { type Incoming, newStory, pastDeadline, placeOf, record, type Story } from './story.ts';

/**
 * One message at one tier, from its body to its end, as effects to carry out:
 * decode → validate → gates in → (join) → (pace) → (claim) → predict → decide → gate out → send → log → acknowledge.
 * It never throws: whatever goes wrong ends in a retry or a dead letter.
 */
export function* tierStep(plan: TierPlan, incoming: Incoming): Step<Outcome> {
  const story = newStory(plan, incoming);
  try {
    const { again } = yield* readEnvelope(story);
    if (again) return yield* (plan.steps?.workAgain ?? refuseAgain)(story, plan);
    const arrived = yield* arrive(story, plan);
    if (ended(arrived)) return arrived;
    const work = plan.tier.joins ? yield* meetOf(plan)(story, plan, plan.tier.joins, arrived) : arrived;
    if (ended(work)) return work;
    const late = yield* checkDeadline(story, plan, work);
    if (late) return late;
    const turn = yield* keepPace(story, plan, work);
    if (turn !== 'go') return turn;
    if (needsClaim(plan, work)) {
      const claimed = yield* claim(story, plan, work);
      if (claimed) return claimed;
    }
    const predicted = yield* prediction(story, plan, work);
    yield* liveThreshold(story, plan);
    return yield* decide(story, plan, work, predicted);
  } catch (error) {
    const policy = policyOf(error);
    if (policy) return yield* withoutControl(story, plan, error as SluiceError, policy);
    return yield* fail(story, error);
  }
}

/** One answer at the destination. */
export function* destinationStep(plan: DestinationPlan, incoming: Incoming): Step<Outcome> {
  const story = newStory(plan, incoming);
  try {
    const answer = yield* readEnvelope(story);
    yield { do: 'deliver', answer, attempt: story.attempt };
    yield* record(story, 'delivered');
    return ACK;
  } catch (error) {
    return yield* fail(story, error);
  }
}

function* checkDeadline(story: Story, plan: TierPlan, work: Work): Step<Outcome | undefined> {
  const reason = yield* pastDeadline(story);
  return reason === undefined ? undefined : yield* endFlowHere(story, plan, work, 'expired', reason);
}

function* prediction(story: Story, plan: TierPlan, work: Work): Step<Predicted> {
  const { state } = plan.tier;
  const predicted = state
    ? yield* stepsOf(plan).predictWithState(story, plan, work, state, (asked) =>
        modelPrediction(story, plan, work, asked),
      )
    : yield* modelPrediction(story, plan, work);
  nameControls(story, plan, predicted);
  return predicted;
}

/** Keeping no data, the tier has none to work again. */
export function refuseAgain(story: Story): never {
  throw new SluiceError('envelope-invalid', 'the message asks to work data again that nobody keeps', {
    ...placeOf(story),
    fix: 'Such messages come from the function that applies controls: deploy the whole application.',
    retry: 'never',
  });
}

/** What a tier without state does not load. */
function stepsOf({ tier, steps }: TierPlan): ControlSteps {
  return steps ?? notLoaded(tier.name, 'has a state', 'steps: controlSteps');
}

/** What a tier that joins nothing does not load. */
function meetOf({ tier, meet }: TierPlan): Meet {
  return meet ?? notLoaded(tier.name, 'joins', 'meet');
}

function notLoaded(tier: string, does: string, option: string): never {
  throw new SluiceError('option-invalid', `tier "${tier}" ${does}, and its function has no steps for that`, {
    fix: `Give createHandler { ${option} }, as the bundles do.`,
  });
}

/** The decision names the versions it is made with. */
export function nameControls(story: Story, { steps }: TierPlan, { controls }: Predicted): void {
  if (controls) story.controls = steps ? steps.versions(story, controls) : controls;
}

export function* modelPrediction(story: Story, plan: TierPlan, work: Work, state?: AskedState): Step<Predicted> {
  const predicted = yield* predict({
    flowId: work.flow,
    attempt: story.attempt,
    data: work.data,
    signal: work.signal?.output,
    objects: work.objects,
    signalObjects: work.signal?.objects ?? {},
    ...(state && { state }),
    ...(story.told && { told: story.told }),
    producePrefix: producePrefix(story, plan, work),
  });
  story.fetched += predicted.fetched.bytes;
  story.calls.object += predicted.fetched.calls;
  story.calls.table += predicted.fetched.reads ?? 0;
  if ('error' in predicted) throw predicted.error;
  yield* tellOfModels(story, plan, predicted.events ?? []);
  story.modelMs = predicted.ms;
  story.modelCpuMs = predicted.cpuMs;
  const result = yield* validated(plan.tier.output, predicted.output);
  if ('value' in result) return { ...predicted, output: survivor(result.value) };
  throw new SluiceError('prediction-invalid', `the prediction does not fit the output schema: ${result.problem}`, {
    ...placeOf(story),
    fix: 'Return from predict what output declares.',
  });
}

/** Derived like an output id, so that a prediction made again writes over what it produced before. */
function producePrefix(story: Story, plan: TierPlan, work: Work): string {
  if (!plan.tier.produces) return '';
  const id = derivedId(...story.inputs.map((input) => input.id), plan.tier.name, plan.version);
  return `${PRODUCED}${encodeURIComponent(work.flow)}/${plan.tier.name}/${id}`;
}

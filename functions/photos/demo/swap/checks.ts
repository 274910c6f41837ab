import { isDeepStrictEqual } from 'node:util';
import { eventsOf, type SwapRun } from './run.ts';
import { weightsOf } from './steps.ts';
import { networkOf } from './weights.ts';

/** What must not happen, and how often it did. */
export interface Checks {
  /** Flows without an answer. */
  readonly lost: number;
  /** Answers beyond the first of a flow. */
  readonly duplicated: number;
  readonly deadLettered: number;
  /** Predictions of `small` that do not name one version that was swapped in. */
  readonly unnamed: number;
  /** Answers of `small` that are not what the version they name says of the photo. */
  readonly misnamed: number;
  /** Versions of which the log does not tell exactly once that they came to the end they should. */
  readonly unexpected: number;
}

/** Counts breaches: a run is good where all are 0. */
export async function check(run: SwapRun): Promise<Checks> {
  const { steps, shots, answers, records, deadLetters } = run;
  const answered = new Set(answers.map(({ flowId }) => flowId));
  const good = new Set(steps.filter(({ expected }) => expected === 'swapped').map(({ version }) => version));
  const predicted = records.filter(({ tier, modelMs }) => tier === 'small' && modelMs !== undefined);
  const unexpected = steps.filter((step, i) => {
    const events = eventsOf(records, step).map(({ decision }) => decision);
    // The first takes no other's place.
    return !isDeepStrictEqual(events, i === 0 ? [] : [step.expected]);
  });
  return {
    lost: shots.filter(({ flowId }) => !answered.has(flowId)).length,
    duplicated: answers.length - answered.size,
    deadLettered: deadLetters,
    unnamed: predicted.filter(({ controls }) => !good.has(controls?.model ?? 0)).length,
    misnamed: await countMisnamed(run),
    unexpected: unexpected.length,
  };
}

/** Asks each version again, outside of the cascade, for what was answered in its name. */
async function countMisnamed({ steps, shots, answers }: SwapRun): Promise<number> {
  const photos = new Map(shots.map(({ flowId, photo }) => [flowId, photo]));
  let count = 0;
  for (const { version, expected } of steps) {
    if (expected === 'rejected') continue;
    const network = await networkOf(weightsOf(steps, version));
    for (const { tier, flowId, controls, output } of answers) {
      if (tier !== 'small' || controls?.model !== version) continue;
      if (!isDeepStrictEqual(output, network.classify(photos.get(flowId)!.pixels))) count += 1;
    }
  }
  return count;
}

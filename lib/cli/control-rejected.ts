import type { ControlVersion } from '../core/control/message.ts';
import { MODEL } from '../core/control/model.ts';
import type { ControlCliOptions, OpenedControl } from './control-common.ts';
import { modelStory } from './control-uses.ts';
import type { Io } from './io.ts';
import { placeArguments } from './place.ts';
import { oneLine, shellText } from './text.ts';

/** A rollback of the model of a tier: the versions that were kept, and the one that is to count again. */
interface Rollback {
  readonly tier: string;
  readonly history: readonly ControlVersion[];
  readonly target: number;
}

/**
 * Warns where the model that counts again was rejected before, and names one that was not. It comes after the rollback,
 * which must not wait for a log to be read; a deployed one's is minutes old, and not looked at.
 */
export async function warnOfRejected(
  io: Io,
  { definition, cloud, place }: OpenedControl,
  options: ControlCliOptions,
  { tier, history, target }: Rollback,
): Promise<void> {
  if (definition.name !== MODEL || place.outputs !== undefined || !cloud.decisions.files) return;
  const { rejected, uses } = await modelStory(cloud, tier, history[0]!.at);
  const reasonOf = (version: number): string | undefined =>
    uses.some((use) => use.version === version)
      ? undefined
      : rejected.find((one) => one.version === version)?.reason.split('\n')[0];
  /** The same model may have been tried under several versions. */
  const problemOf = ({ version, restores }: ControlVersion): string | undefined =>
    reasonOf(version) ?? (restores === undefined ? undefined : reasonOf(restores));
  const problem = problemOf(history.find(({ version }) => version === target)!);
  if (problem === undefined) return;
  const better = history.findLast((one) => one.version < target && !one.deleted && problemOf(one) === undefined);
  const fix = better
    ? `npx sluice control rollback ${MODEL} --tier ${shellText(tier)} --to ${better.version}${placeArguments(options)}`
    : 'Send another file: no version before it is kept that was not rejected.';
  io.note(`version ${target} was rejected: ${oneLine(problem, 200)}\n  → ${fix}`);
}

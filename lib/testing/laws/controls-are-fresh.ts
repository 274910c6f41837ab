import type { ControlUse } from '../../core/plan.ts';
import type { Fact } from '../facts.ts';
import { type AppliedVersion, controlHistory, countedWithin, levelsOf } from './control-history.ts';
import type { LawMaker } from './law.ts';

/**
 * What an instance finds is what counted at some moment since it looked, or within the control's `maxStaleness` before: for the
 * key that it was found under, and for each nearer one, where nothing was set.
 */
export const controlsAreFresh: LawMaker = (_, runs) => {
  const history = controlHistory();
  const usesOf = (by: string): readonly ControlUse[] => runs.graphOf(by).tiers.flatMap(({ controls = [] }) => controls);
  const isUnset = (counted: AppliedVersion | undefined): boolean => counted === undefined || counted.isDeleted;
  /** Tiers of which a process's clock is not right: it takes what is old for new. */
  const wrong = new Set<string>();

  function problemOf({ by, control, asked, key, version, since, at }: Fact & { did: 'find' }): string | undefined {
    const { maxStalenessMs, beforeControl } = usesOf(by).find(({ name }) => name === control)!;
    const from = since - maxStalenessMs;
    for (const one of levelsOf(asked)) {
      const found = version !== 0 && one === key;
      const is = found ? (counted?: AppliedVersion) => counted?.version === version && !isUnset(counted) : isUnset;
      if (!countedWithin(history.of(control, one), from, at, is))
        return found ? `version ${version} of ${one}, which did not count then` : `nothing for ${one}, which was set`;
      if (found) return undefined;
    }
    return version === 0 && beforeControl !== 'default' ? 'a value that nobody has set' : undefined;
  }
  return {
    name: 'controls are no staler than they may be',
    hears: {
      write: (fact) => void history.hear(fact),
      fault({ kind, place }) {
        if (kind === 'clock') wrong.add(place);
        return undefined;
      },
      find(fact) {
        if (wrong.has(fact.by.replace(/#\d+$/, ''))) return undefined;
        const problem = problemOf(fact);
        return problem === undefined
          ? undefined
          : { message: `${fact.by} asked ${fact.control} for ${fact.asked} and found ${problem}` };
      },
    },
  };
};

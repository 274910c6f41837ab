import type { ControlUse } from '../../core/plan.ts';
import type { Fact } from '../facts.ts';
import { ownClocks, type Span } from '../own-clocks.ts';
import { type AppliedVersion, controlHistory, countedWithin, levelsOf } from './control-history.ts';
import type { LawMaker } from './law.ts';

/** Longer than a read is on its way where nobody stands still. */
const ON_ITS_WAY_MS = 1_000;

/**
 * What an instance finds is what counted at some moment since it looked, or within the control's `maxStaleness` before, by its
 * own clock: for the key that it was found under, and for each nearer one, where nothing was set.
 */
export const controlsAreFresh: LawMaker = (_, runs) => {
  const history = controlHistory();
  const usesOf = (by: string): readonly ControlUse[] => runs.graphOf(by).tiers.flatMap(({ controls = [] }) => controls);
  const isUnset = (counted: AppliedVersion | undefined): boolean => counted === undefined || counted.isDeleted;
  const clocks = ownClocks();
  let hasStall = false;

  function problemOf({ by, control, asked, key, version, since, at }: Fact & { did: 'find' }): string | undefined {
    const { maxStalenessMs, beforeControl } = usesOf(by).find(({ name }) => name === control)!;
    const spans = clocks.within(by, since, maxStalenessMs);
    for (const one of levelsOf(asked)) {
      const found = version !== 0 && one === key;
      const is = found ? (counted?: AppliedVersion) => counted?.version === version && !isUnset(counted) : isUnset;
      const known = history.of(control, one);
      const counted = ({ from, to }: Span, i: number): boolean =>
        countedWithin(known, from, hasStall || i === spans.length - 1 ? at : to + ON_ITS_WAY_MS, is);
      if (!spans.some(counted))
        return found ? `version ${version} of ${one}, which did not count then` : `nothing for ${one}, which was set`;
      if (found) return undefined;
    }
    return version === 0 && beforeControl !== 'default' ? 'a value that nobody has set' : undefined;
  }
  return {
    name: 'controls are no staler than they may be',
    hears: {
      write: (fact) => void history.hear(fact),
      fault({ kind }) {
        hasStall ||= kind === 'stall';
        return undefined;
      },
      clock: (fact) => void clocks.hear(fact),
      find(fact) {
        const problem = problemOf(fact);
        return problem === undefined
          ? undefined
          : { message: `${fact.by} asked ${fact.control} for ${fact.asked} and found ${problem}` };
      },
    },
  };
};

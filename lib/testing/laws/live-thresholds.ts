import { THRESHOLD, type Threshold } from '../../core/control/threshold.ts';
import type { Graph, TierPlan } from '../../core/plan.ts';
import { controlHistory } from './control-history.ts';
import type { Law } from './law.ts';

/** The thresholds that a process may decide by: a tier's own, or those it found since it received its batch. */
export interface LiveThresholds {
  readonly hears: NonNullable<Law['hears']>;
  of(by: string, plan: TierPlan): readonly number[];
}

export function liveThresholds({ controls }: Graph): LiveThresholds {
  const own = ({ tier }: TierPlan): readonly number[] => (tier.satisfied ? [tier.satisfied.atLeast] : []);
  if (!controls?.controls.some(({ name }) => name === THRESHOLD)) return { hears: {}, of: (_, plan) => own(plan) };
  const history = controlHistory();
  /** `undefined` where nothing was set. */
  const found = new Map<string, (number | undefined)[]>();
  return {
    hears: {
      receive: ({ by }) => void found.delete(by),
      write: (fact) => void history.hear(fact),
      find({ by, control, key, version }) {
        if (control !== THRESHOLD) return undefined;
        const one = key === undefined ? undefined : history.of(THRESHOLD, key).find((v) => v.version === version);
        const atLeast = (one?.value as unknown as Threshold | undefined)?.atLeast;
        const known = found.get(by);
        if (known) known.push(atLeast);
        else found.set(by, [atLeast]);
        return undefined;
      },
    },
    of: (by, plan) => (found.get(by) ?? []).flatMap((atLeast) => (atLeast === undefined ? own(plan) : [atLeast])),
  };
}

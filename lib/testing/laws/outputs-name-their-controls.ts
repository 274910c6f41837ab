import { MODEL } from '../../core/control/model.ts';
import { THRESHOLD, type Threshold } from '../../core/control/threshold.ts';
import type { TierPlan } from '../../core/plan.ts';
import type { MessageFacts } from '../facts.ts';
import { controlHistory, levelsOf } from './control-history.ts';
import type { LawMaker } from './law.ts';
import { namedVersions } from './named-versions.ts';

/** What one prediction was told: versions by control and key. */
type Told = Map<string, Map<string, number>>;
type Prediction = { readonly at: number; readonly told: Told };

/**
 * An output names, for each control and key that its task asked for, the one version that it was told; a threshold and a model
 * too, and these were applied.
 */
export const outputsNameTheirControls: LawMaker = (_, runs) => {
  const history = controlHistory();
  /** What the latest prediction of a process on a flow was told. */
  const latest = new Map<string, Prediction>();
  /** All that predictions of a flow at a tier were told: where a state is kept, an earlier prediction is sent again. */
  const earlier = new Map<string, Told[]>();
  return {
    name: 'an output names the controls it was made with',
    hears: {
      write: (fact) => void history.hear(fact),
      predict({ by, at, tier, flow }) {
        if (!runs.planOf(by, tier)?.tier.controls) return undefined;
        const told: Told = new Map();
        latest.set(`${by} ${flow}`, { at, told });
        const all = earlier.get(`${tier} ${flow}`);
        if (all) all.push(told);
        else earlier.set(`${tier} ${flow}`, [told]);
        return undefined;
      },
      told({ by, flow, control, asked, version, begun }) {
        const { at, told } = latest.get(`${by} ${flow}`)!;
        // A task that took too long may go on and be told more, and nobody waits for it.
        if (version === undefined || at !== begun) return undefined;
        const known = told.get(control) ?? new Map<string, number>();
        const before = known.get(asked);
        told.set(control, known.set(asked, version));
        if (before === undefined || before === version) return undefined;
        return { flow, message: `${by} was told two versions of ${control} for ${asked}: ${before} and ${version}` };
      },
      send({ by, message }) {
        const { flow, envelope } = message;
        // What is redriven is sent by a client.
        if (!envelope?.signal || flow === null || !by.startsWith(`${envelope.from.name}#`)) return undefined;
        const plan = runs.planOf(by, envelope.from.name);
        if (!plan?.controls?.length) return undefined;
        const problem = builtInProblem(plan, message) ?? toldProblem(plan, by, message);
        return problem === undefined ? undefined : { flow, message: `${by} sent an output that ${problem}` };
      },
    },
  };

  function toldProblem({ tier }: TierPlan, by: string, { flow, envelope }: MessageFacts): string | undefined {
    const { controls = {} } = envelope!.signal!;
    const sets = tier.state
      ? (earlier.get(`${tier.name} ${flow}`) ?? [])
      : [latest.get(`${by} ${flow}`)?.told ?? new Map()];
    const names = [...new Set(Object.values(tier.controls ?? {}).map(({ name }) => name))];
    // Gates and score may have been told more than the task.
    const fits = tier.decideWith ? holds : same;
    const isMadeWith = (told: Told): boolean =>
      names.every((name) => fits(namedVersions(controls, name), [...(told.get(name)?.values() ?? [])]));
    return names.length === 0 || sets.some(isMadeWith)
      ? undefined
      : `names ${JSON.stringify(controls)}, and was told ${sets.map(textOf).join(' or ')}`;
  }

  /** A threshold and a model are no task's: what is named must have been applied, and be what counted for the output. */
  function builtInProblem({ tier, controls: uses = [] }: TierPlan, { envelope }: MessageFacts): string | undefined {
    const { controls = {}, threshold } = envelope!.signal!;
    for (const name of [THRESHOLD, MODEL]) {
      const version = controls[name];
      if (version === undefined || !uses.some((use) => use.name === name)) continue;
      const applied = levelsOf(tier.name)
        .flatMap((key) => history.of(name, key))
        .filter((one) => one.version === version && !one.isDeleted);
      if (applied.length === 0) return `names version ${version} of ${name}, which never counted`;
      const isIt = name === MODEL || applied.some(({ value }) => (value as unknown as Threshold).atLeast === threshold);
      if (!isIt) return `was decided by ${threshold}, and names version ${version} of ${name}`;
    }
    const counted = uses.some(({ name }) => name === THRESHOLD) ? controls[THRESHOLD] : undefined;
    if (counted !== undefined || threshold === tier.satisfied?.atLeast) return undefined;
    return `was decided by a threshold of ${threshold} that nobody has set`;
  }
};

function same(a: readonly number[], b: readonly number[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
}

const holds = (all: readonly number[], some: readonly number[]): boolean => some.every((one) => all.includes(one));

const textOf = (told: Told): string =>
  JSON.stringify(Object.fromEntries([...told].map(([name, versions]) => [name, Object.fromEntries(versions)])));

import type { Fact } from '../facts.ts';
import type { Runs } from '../runs.ts';
import type { World } from '../world.ts';
import { acknowledgedWithDecision } from './acknowledged-with-decision.ts';
import { attemptsAreKeptTo } from './attempts-are-kept-to.ts';
import { batchesNeverFail } from './batches-never-fail.ts';
import { endsOnce } from './ends-once.ts';
import { finishedOnce } from './finished-once.ts';
import { gatesSeeTheirVerdict } from './gates-see-their-verdict.ts';
import type { Broken, Law, LawMaker, Problem } from './law.ts';
import { logTellsTheEnd } from './log-tells-the-end.ts';
import { logTellsWhatWasSent } from './log-tells-what-was-sent.ts';
import { nothingIsLeft } from './nothing-is-left.ts';
import { objectsOutliveTheirFlow } from './objects-outlive-their-flow.ts';
import { CONTROL_LAWS, hasControls } from './of-controls.ts';
import { hasJoins, JOIN_LAWS } from './of-joins.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { oneOutputId } from './one-output-id.ts';
import { paceIsKept } from './pace-is-kept.ts';
import { satisfiedGoesNoFurther } from './satisfied-goes-no-further.ts';
import { untouchedIsNotFetched } from './untouched-is-not-fetched.ts';
import { whoWaitsIsTold } from './who-waits-is-told.ts';

export type { Broken } from './law.ts';

/** The laws of every cascade, for the graph of one simulation. */
export const LAWS: readonly LawMaker[] = [
  endsOnce,
  oneOutputId,
  oneAtATime,
  finishedOnce,
  satisfiedGoesNoFurther,
  gatesSeeTheirVerdict,
  objectsOutliveTheirFlow,
  untouchedIsNotFetched,
  paceIsKept,
  attemptsAreKeptTo,
  acknowledgedWithDecision,
  logTellsTheEnd,
  logTellsWhatWasSent,
  whoWaitsIsTold,
  nothingIsLeft,
  batchesNeverFail,
];

/** The laws at work in one simulation. */
export interface Laws {
  hear(fact: Fact, world: World): void;
  end(world: World): void;
}

type Ear = (fact: Fact, world: World) => Problem | undefined;

/** Sets the laws to work; whatever breaks one is told to `onBroken`. */
export function lawsOf(runs: Runs, onBroken: (broken: Broken) => void): Laws {
  const graph = runs.deployment.whole;
  const makers = [...LAWS, ...(hasJoins(graph) ? JOIN_LAWS : []), ...(hasControls(graph) ? CONTROL_LAWS : [])];
  const laws = makers.map((make) => make(graph, runs));
  const ears = new Map<Fact['did'], { readonly law: Law; readonly ear: Ear }[]>();
  for (const law of laws) {
    for (const [did, ear] of Object.entries(law.hears ?? {}) as [Fact['did'], Ear][]) {
      const known = ears.get(did);
      if (known) known.push({ law, ear });
      else ears.set(did, [{ law, ear }]);
    }
  }
  const tell = (law: Law, problem: Problem, world: World): void =>
    onBroken({ law: law.name, at: world.schedule.now(), ...problem });
  return {
    hear(fact, world) {
      for (const { law, ear } of ears.get(fact.did) ?? []) {
        const problem = ear(fact, world);
        if (problem) tell(law, problem, world);
      }
    },
    end(world) {
      for (const law of laws) for (const problem of law.end?.(world) ?? []) tell(law, problem, world);
    },
  };
}

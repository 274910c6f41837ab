import { type Search, search } from '../../lib/calibrate/search.ts';
import { thresholdsAt } from '../../lib/calibrate/walk.ts';
import type { World, Written } from './worlds.ts';

/** How a rule turns a log into thresholds. */
export type Rule = (found: Search, target: number, delta: number) => number;

/** The most wrong answers, drawn ones, that a rule lets pass. */
const walkWhile =
  (passes: (wrong: number, flows: number, target: number, delta: number) => boolean): Rule =>
  ({ path, proof, weights, walked }, target, delta) => {
    const heaviest = Math.max(...weights.classes.map(({ weight }) => weight));
    let step = 0;
    for (; step < path.steps; step++) {
      const wrong = weights.classes.reduce((sum, c, i) => sum + (c.drawn ? walked.losses[i]![step]! : 0), 0);
      if (!passes(wrong, proof.flows, 1 - (1 - target) / heaviest, delta)) break;
    }
    return step - 1;
  };

/** What calibrate does. */
export const certified: Rule = ({ step }) => step;

/** The usual way: the cheapest thresholds that met the target on the log. */
export const plainQuantile: Rule = walkWhile((wrong, flows, target) => wrong / flows <= 1 - target);

/** A bound that holds for any distribution, and knows nothing of how rare errors are. */
export const hoeffding: Rule = walkWhile(
  (wrong, flows, target, delta) => wrong / flows + Math.sqrt(Math.log(1 / delta) / (2 * flows)) <= 1 - target,
);

/** What became of a rule's thresholds, judged by the world's truth. */
export interface Judged {
  /** Logs whose thresholds truly miss the target. */
  readonly missed: number;
  /** Mean true cost ÷ that of the cheapest thresholds that truly meet the target. */
  readonly costRatio: number;
}

export interface Trial {
  readonly world: World;
  readonly target: number;
  readonly delta: number;
  readonly flows: number;
  readonly logs: number;
  readonly written?: Written;
  /** Whether shares of audited flows are known, or to be estimated. */
  readonly sharesKnown?: boolean;
}

/** Draws logs of a world and judges what rules make of each. */
export function judge(trial: Trial, rules: readonly Rule[]): readonly Judged[] {
  const { world, target, delta, flows, logs, written, sharesKnown = true } = trial;
  const best = world.oracle(1 - target);
  const shares = written && sharesKnown ? [...written.thresholds.map(() => written.audit), 1] : undefined;
  const judged = rules.map(() => ({ missed: 0, costRatio: 0 }));
  for (let seed = 0; seed < logs; seed++) {
    const columns = world.log(flows, seed, written);
    const found = search({ columns, target, delta, cost: world.cost, ...(shares && { shares }) });
    for (const [i, rule] of rules.entries()) {
      const thresholds = thresholdsAt(found.path, Math.max(0, rule(found, target, delta)));
      if (world.risk(thresholds) > 1 - target) judged[i]!.missed++;
      judged[i]!.costRatio += world.spent(thresholds) / best / logs;
    }
  }
  return judged;
}

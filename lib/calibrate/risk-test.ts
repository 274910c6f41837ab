import { logWealth, stakesFor } from './betting.ts';
import { criticalCount } from './binomial.ts';

/** A kind of flow as a test counts it. */
export interface WeightClass {
  /** 1 ÷ the chance that such a flow is observed. */
  readonly weight: number;
  /** Whether it was drawn to count as rarely as the heaviest: those drawn all have one chance of being observed. */
  readonly drawn: boolean;
}

/** Decides whether losses are few enough to say that the risk is below a limit; says so wrongly with probability δ at most. */
export type RiskTest = (losses: (weightClass: number) => number) => boolean;

/** Of δ, what the exact test may use where weights differ; betting has the rest. */
const EXACT_SHARE = 0.8;

/**
 * A test of "the share of flows that get a wrong answer is at least `risk`".
 *
 * Where all observed flows weigh the same, and where they are drawn to, wrong ones are a binomial variable: the exact
 * test. Where weights differ, a bet on weighted losses uses those that were not drawn as well; both share δ.
 *
 * @param n - Flows in all, those that were not observed included.
 */
export function riskTest(n: number, classes: readonly WeightClass[], risk: number, delta: number): RiskTest {
  const heaviest = Math.max(1, ...classes.map(({ weight }) => weight));
  const isEven = classes.every(({ drawn }) => drawn);
  const most = criticalCount(n, risk / heaviest, isEven ? delta : EXACT_SHARE * delta);
  const drawn = classes.flatMap((c, i) => (c.drawn ? [i] : []));
  const exact: RiskTest = (losses) => drawn.reduce((sum, i) => sum + losses(i), 0) <= most;
  if (isEven) return exact;
  const betDelta = (1 - EXACT_SHARE) * delta;
  const stakes = stakesFor(n, risk, heaviest, betDelta);
  const enough = Math.log(1 / betDelta);
  return (losses) =>
    exact(losses) ||
    logWealth(
      n,
      classes.map(({ weight }, i) => ({ weight, count: losses(i) })),
      risk,
      stakes,
    ) >= enough;
}

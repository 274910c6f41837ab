import type { RiskTest } from './risk-test.ts';
import type { Walk } from './walk.ts';

/**
 * Walks from the safest step towards the cheapest and stops before the first that the test does not pass. Each step is
 * tested at the full level: to go wrong, the test must pass the first bad step (fixed-sequence testing).
 *
 * @returns The last step passed; -1 where the safest is not.
 */
export function certify({ losses }: Walk, steps: number, test: RiskTest): number {
  let step = 0;
  while (step < steps && test((weightClass) => losses[weightClass]![step]!)) step++;
  return step - 1;
}

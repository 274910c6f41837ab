import { SluiceError } from '../core/errors.ts';
import { type Columns, checkColumns } from './columns.ts';

/** What {@link calibrate} is asked. */
export interface CalibrateOptions {
  readonly columns: Columns;
  /** Share of answers that must agree with the reference, between 0 and 1. */
  readonly target: number;
  /** The chance that may be taken that they do not, between 0 and 1. */
  readonly delta: number;
  /** By tier: what a prediction costs, in any unit; above 0. */
  readonly cost: readonly number[];
  /**
   * By tier: the chance that a flow which this tier answered was observed, where it is known: its `audit`. Where it is
   * not, it is bounded by what is counted, at the price of a tenth of δ.
   */
  readonly shares?: readonly (number | undefined)[];
}

/** What no log can answer, of a target and a delta; none where one can. */
export function chanceProblem(
  target: number,
  delta: number,
): { readonly problem: string; readonly fix: string } | undefined {
  if (!(target > 0 && target < 1)) {
    const why = target === 1 ? ': a log without one error still leaves some chance of errors' : '';
    return { problem: `target is ${target}${why}`, fix: 'Give a share between 0 and 1, as 0.99.' };
  }
  if (!(delta > 0 && delta < 1)) {
    const why = delta === 0 ? ': no log of any size gives certainty' : '';
    return {
      problem: `delta is ${delta}${why}`,
      fix: 'Give the chance of missing the target that you can take, as 0.05.',
    };
  }
  return undefined;
}

/** Refuses options that no log can answer, or that do not fit each other. */
export function checkOptions({ columns, target, delta, cost, shares = [] }: CalibrateOptions): void {
  checkColumns(columns);
  const invalid = (problem: string, fix: string): SluiceError => new SluiceError('option-invalid', problem, { fix });
  const chances = chanceProblem(target, delta);
  if (chances) throw invalid(chances.problem, chances.fix);
  if (cost.length !== columns.tiers.length || !cost.every((c) => c > 0 && Number.isFinite(c))) {
    throw invalid(`cost is [${cost.join(', ')}]`, `Give a number above 0 for each tier: ${columns.tiers.join(', ')}.`);
  }
  for (const [tier, share] of shares.entries()) {
    if (share === undefined || (share > 0 && share <= 1)) continue;
    throw invalid(
      `the share of ${columns.tiers[tier]} is ${share}`,
      'Give a share from 0 to 1, above 0: the audit of the tier.',
    );
  }
}

import { SluiceError } from '../core/errors.ts';
import { binomialCdf } from './binomial.ts';
import type { Columns } from './columns.ts';
import { supportOf } from './observed.ts';

/** Counts as unlikely as this under a share mean that it is another one. */
const UNBELIEVABLE = 1e-6;

/**
 * Refuses shares of audited flows that the log contradicts: every weight hangs on them.
 *
 * @throws {SluiceError} `option-invalid`
 */
export function checkShares(
  columns: Columns,
  lowest: readonly number[],
  shares: readonly (number | undefined)[],
): void {
  const { flows, observed } = supportOf(columns, lowest);
  for (const [tier, share] of shares.entries()) {
    const [n, seen] = [flows[tier] ?? 0, observed[tier] ?? 0];
    if (share === undefined || n === 0) continue;
    const low = binomialCdf(seen, n, share);
    const high = 1 - binomialCdf(seen - 1, n, share);
    if (Math.min(low, high) >= UNBELIEVABLE) continue;
    throw new SluiceError(
      'option-invalid',
      `of ${n} flows that it answered, ${seen} were seen to the end, which a share of ${share} does not explain`,
      {
        tier: columns.tiers[tier]!,
        fix: 'Give the share that the log was written with, or none: then it is bounded by what is counted.',
      },
    );
  }
}

import type { Columns } from './columns.ts';
import { diagnoseDrift } from './diagnose-drift.ts';
import { diagnoseLabels } from './diagnose-labels.ts';
import { diagnoseNext } from './diagnose-next.ts';
import { diagnoseScore } from './diagnose-score.ts';
import { type Diagnosis, percent } from './diagnosis.ts';
import type { Point } from './estimate.ts';
import type { Reliability } from './reliability.ts';

/** Everything that may keep confidence from carrying the decision. None of it is part of the guarantee. */
export function diagnose(
  columns: Columns,
  target: number,
  reliability: readonly Reliability[],
  lowest: readonly number[],
  chosen?: Point,
): readonly Diagnosis[] {
  // Where escalated flows are not known, the known ones are all sure: no comparison.
  const compared = reliability.flatMap((tier, i) => (lowest[i] === Number.NEGATIVE_INFINITY ? [{ tier, i }] : []));
  return [
    ...compared.flatMap(({ tier, i }) => diagnoseScore(columns, i, tier)),
    ...compared.flatMap(({ i }) => diagnoseNext(columns, i)),
    ...diagnoseLabels(columns, target),
    ...diagnoseDrift(columns),
    ...(chosen ? payment(chosen) : []),
    ...floored(columns, lowest),
  ];
}

function payment({ costRatio }: Point): readonly Diagnosis[] {
  if (costRatio < 1) return [];
  const message = `the cascade costs ${percent(costRatio)} of what the last tier alone would: the first tiers do not pay`;
  return [{ code: 'does-not-pay', message }];
}

function floored({ tiers }: Columns, lowest: readonly number[]): readonly Diagnosis[] {
  return lowest.flatMap((threshold, tier) =>
    threshold === Number.NEGATIVE_INFINITY
      ? []
      : [
          {
            code: 'thresholds-floored' as const,
            tier: tiers[tier]!,
            message: `no threshold below ${threshold} was considered: what escalated flows were predicted is not in the log (set capture)`,
          },
        ],
  );
}

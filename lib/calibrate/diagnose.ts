import { type Columns, UNKNOWN } from './columns.ts';
import { diagnoseDrift } from './diagnose-drift.ts';
import { diagnoseLabels } from './diagnose-labels.ts';
import { diagnoseNext } from './diagnose-next.ts';
import { diagnoseEqualScores, diagnoseScore } from './diagnose-score.ts';
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
  const uncompared = lowest.flatMap((threshold, i) => (threshold === Number.NEGATIVE_INFINITY ? [] : [i]));
  return [
    ...uncompared.flatMap((i) => diagnoseEqualScores(columns, i)),
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

function floored(columns: Columns, lowest: readonly number[]): readonly Diagnosis[] {
  return lowest.flatMap((threshold, tier) => {
    if (threshold === Number.NEGATIVE_INFINITY) return [];
    const name = columns.tiers[tier]!;
    const known = capturedShare(columns, tier);
    const why =
      known === 0
        ? 'what escalated flows were predicted is not in the log (set capture)'
        : `whether ${name} was right is known of ${percent(known)} of the flows that escalated, which is too few (set a larger capture)`;
    const message = `no threshold below ${threshold} was considered: ${why}`;
    return [{ code: 'thresholds-floored' as const, tier: name, message }];
  });
}

/** Of the flows that a tier escalated, the share of which is known whether it was right. */
function capturedShare({ flows, answeredBy, right }: Columns, tier: number): number {
  let [escalated, known] = [0, 0];
  for (let flow = 0; flow < flows; flow++) {
    if (answeredBy[flow]! <= tier) continue;
    escalated++;
    if (right[tier]![flow] !== UNKNOWN) known++;
  }
  return escalated === 0 ? 0 : known / escalated;
}

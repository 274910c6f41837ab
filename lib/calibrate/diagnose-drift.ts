import { type Columns, UNKNOWN, WRONG } from './columns.ts';
import { type Diagnosis, percent } from './diagnosis.ts';
import { sameDistribution, sameRate } from './drift.ts';

/** Chance of a false alarm. */
const LEVEL = 0.001;

/** Whether the earlier and the later half of the log look like one: if not, what held then need not hold now. */
export function diagnoseDrift(columns: Columns): readonly Diagnosis[] {
  const rising = columns.at.slice().sort();
  const middle = rising[rising.length >>> 1]!;
  const found: Diagnosis[] = [];
  const halves = [true, false].map(
    (early) =>
      (flow: number): boolean =>
        columns.at[flow]! < middle === early,
  );
  const [early, late] = halves.map((isIn) =>
    columns.scores[0]!.filter((score, flow) => isIn(flow) && !Number.isNaN(score)),
  );
  const { gap, p } = sameDistribution(early!, late!);
  if (p < LEVEL) {
    const message = `scores moved between the earlier and the later half of the log: by up to ${percent(gap)} of all flows`;
    found.push({ code: 'drift-scores', tier: columns.tiers[0]!, message });
  }
  for (const [tier, right] of columns.right.entries()) {
    const counts = halves.map((isIn) => {
      const known = right.filter((r, flow) => r !== UNKNOWN && isIn(flow));
      return { wrong: known.filter((r) => r === WRONG).length, known: known.length };
    });
    const [first, second] = [counts[0]!, counts[1]!];
    if (sameRate(first.wrong, first.known, second.wrong, second.known) >= LEVEL) continue;
    const message = `wrong on ${percent(first.wrong / first.known)} of the known flows in the earlier half, on ${percent(second.wrong / second.known)} in the later`;
    found.push({ code: 'drift-errors', tier: columns.tiers[tier]!, message });
  }
  return found;
}

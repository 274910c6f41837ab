import { type Columns, RIGHT, UNKNOWN } from './columns.ts';
import { type Diagnosis, percent } from './diagnosis.ts';
import { fitIsotonic } from './isotonic.ts';
import type { Reliability } from './reliability.ts';

/** Squared deviations that ten bins of a rising curve exceed in one case of a thousand (χ², 9 degrees of freedom). */
const TOO_FAR = 27.9;
/** Standard errors by which a score must beat chance. */
const CLEARLY = 3;

/** Whether a tier's score can carry the decision: it varies, and more of it means more often right. */
export function diagnoseScore(columns: Columns, tier: number, reliability: Reliability): readonly Diagnosis[] {
  const name = columns.tiers[tier]!;
  const { bins } = reliability;
  const flows = bins.reduce((sum, bin) => sum + bin.flows, 0);
  if (flows === 0) return [];
  const found: Diagnosis[] = [];
  const add = (code: Diagnosis['code'], message: string): void => void found.push({ code, tier: name, message });
  if (bins[0]!.from === bins.at(-1)!.to) found.push(equalScores(name, flows, bins[0]!.from));
  const right = bins.reduce((sum, bin) => sum + bin.flows * bin.right, 0) / flows;
  if (right === 1 || right === 0) {
    add(
      'one-class',
      `all ${flows} known predictions are ${right === 1 ? 'right' : 'wrong'}: what the score is worth cannot be seen`,
    );
  }
  if (found.length > 0) return found;
  const { area, error } = discrimination(columns, tier);
  if (area - 0.5 < CLEARLY * error) {
    add(
      'score-says-nothing',
      `a right answer scores higher than a wrong one in ${percent(area)} of cases: chance is 50 %`,
    );
  } else if (distanceFromRising(bins) > TOO_FAR) {
    add('score-not-monotone', 'a higher score does not always mean more right answers: see its reliability table');
  }
  return found;
}

/** Whether all scores of the log are equal: that needs no flow of which more is known. */
export function diagnoseEqualScores(columns: Columns, tier: number): readonly Diagnosis[] {
  const scores = columns.scores[tier]!.filter((score) => !Number.isNaN(score));
  if (scores.length < 2 || scores.some((score) => score !== scores[0])) return [];
  return [equalScores(columns.tiers[tier]!, scores.length, scores[0]!)];
}

const equalScores = (tier: string, flows: number, score: number): Diagnosis => ({
  code: 'score-constant',
  tier,
  message: `all ${flows} flows have the score ${score}: a threshold cannot tell them apart`,
});

function distanceFromRising(bins: Reliability['bins']): number {
  const rising = fitIsotonic(
    bins.map((_, i) => i),
    bins.map((bin) => bin.right),
    (i) => bins[i]!.flows,
  );
  let block = 0;
  return bins.reduce((sum, { flows, right }, i) => {
    while (rising.from[block + 1] !== undefined && rising.from[block + 1]! <= i) block++;
    const expected = rising.value[block]!;
    return sum + (flows * (right - expected) ** 2) / Math.max(expected * (1 - expected), 1 / flows);
  }, 0);
}

/** The chance that a right answer outscores a wrong one, and its standard error if the score meant nothing (Mann and Whitney). */
function discrimination(columns: Columns, tier: number): { readonly area: number; readonly error: number } {
  const [scores, right] = [columns.scores[tier]!, columns.right[tier]!];
  const of = (wanted: boolean): Float64Array =>
    scores.filter((s, i) => right[i] !== UNKNOWN && (right[i] === RIGHT) === wanted && !Number.isNaN(s)).sort();
  const [rights, wrongs] = [of(true), of(false)];
  let pairs = 0;
  let below = 0;
  let upTo = 0;
  for (const score of rights) {
    while (wrongs[below]! < score) below++;
    while (wrongs[upTo]! <= score) upTo++;
    pairs += (below + upTo) / 2;
  }
  const [n, m] = [rights.length, wrongs.length];
  return { area: pairs / (n * m), error: Math.sqrt((n + m + 1) / (12 * n * m)) };
}

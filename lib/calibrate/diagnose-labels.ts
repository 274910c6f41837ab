import { lowerBound, upperBound } from './binomial.ts';
import { type Columns, RIGHT, UNKNOWN, WRONG } from './columns.ts';
import { type Diagnosis, percent } from './diagnosis.ts';

/** Chance of a false alarm. */
const LEVEL = 0.01;

/** Whether labels let the target be met at all: by the last tier, and on flows that every tier is sure of. */
export function diagnoseLabels(columns: Columns, target: number): readonly Diagnosis[] {
  if (columns.reference === 'last') return [];
  return [...lastTier(columns, target), ...noise(columns, target)];
}

function lastTier(columns: Columns, target: number): readonly Diagnosis[] {
  const right = columns.right.at(-1)!;
  const known = right.filter((r) => r !== UNKNOWN).length;
  const wrong = right.filter((r) => r === WRONG).length;
  if (lowerBound(wrong, known, LEVEL) <= 1 - target) return [];
  const accuracy = percent(1 - wrong / known);
  const message = `${columns.tiers.at(-1)} alone is right on ${accuracy} of ${known} labelled flows: thresholds cannot make up for that`;
  return [{ code: 'last-below-target', message }];
}

/** Flows that the first tier is surest of and that all tiers get wrong are more likely labelled wrong than hard. */
function noise(columns: Columns, target: number): readonly Diagnosis[] {
  const isKnown = (flow: number): boolean => columns.right.every((right) => right[flow] !== UNKNOWN);
  const scores = columns.scores[0]!;
  const rising = scores.filter((_, flow) => isKnown(flow)).sort();
  const surest = rising[Math.floor(0.9 * rising.length)];
  if (surest === undefined) return [];
  let flows = 0;
  let wrong = 0;
  for (let flow = 0; flow < columns.flows; flow++) {
    if (!isKnown(flow) || scores[flow]! < surest) continue;
    flows++;
    if (columns.right.every((right) => right[flow] !== RIGHT)) wrong++;
  }
  if (flows === 0 || lowerBound(wrong, flows, LEVEL) <= (1 - target) / 2) return [];
  const message = `on the surest tenth of flows, ${percent(wrong / flows)} of the labels contradict every tier (between ${percent(lowerBound(wrong, flows, LEVEL))} and ${percent(upperBound(wrong, flows, LEVEL))}): look at those labels`;
  return [{ code: 'label-noise', message }];
}

import type { Columns } from './columns.ts';
import { percent } from './diagnosis.ts';
import type { Reader } from './estimate.ts';
import { flowsNeeded, type Needed } from './needed.ts';
import { supportOf } from './observed.ts';
import type { Refused } from './result.ts';
import { PROPOSING } from './split.ts';
import type { Path } from './walk.ts';
import type { Weights } from './weigh.ts';

/** What is known when nothing could be certified. */
export interface Attempt {
  readonly columns: Columns;
  /** By tier but the last: the threshold below which the log does not tell enough. */
  readonly lowest: readonly number[];
  readonly target: number;
  readonly weights: Weights;
  readonly reader: Reader;
  readonly path: Path;
  /** -1: not even the last tier alone; 0: nothing but it. */
  readonly step: number;
}

type Refusal = Pick<Refused, 'reason' | 'message' | 'fix' | 'needed'>;

/** Says why, and how many flows would be enough. */
export function refusal(attempt: Attempt): Refusal {
  const { columns, weights, target, step, path, reader } = attempt;
  if (columns.flows === 0) return tooFew(attempt, 0);
  if (weights.unseen !== undefined) return unaudited(attempt, weights.unseen);
  if (step === 0 && path.steps === 1) return confidence('no threshold is left to try');
  const first = 1 - reader.point(step + 1).accuracy.expected;
  if (first < 1 - target) return tooFew(attempt, first);
  if (step === 0) {
    return confidence(
      `even the surest flows would get ${percent(first)} wrong answers; at most ${percent(1 - target)} are allowed`,
    );
  }
  return {
    reason: 'out-of-reach',
    message: `${columns.tiers.at(-1)} alone is right on ${percent(1 - first)}, which is not above the target of ${percent(target)}`,
    fix: 'Ask for less, look at the labels, or add a better last tier.',
  };
}

function tooFew(attempt: Attempt, first: number): Refusal {
  const { columns, weights, target } = attempt;
  const heaviest = Math.max(1, ...weights.classes.map(({ weight }) => weight));
  const needed = neededAt(attempt, first, heaviest);
  const missing = Math.max(1, needed.likely - columns.flows);
  const more = Number.isFinite(missing) ? `about ${missing} more are needed` : 'it is too close to what they show';
  const observed = heaviest > 1 ? `, of which one in ${Math.round(heaviest)} is observed` : '';
  return {
    reason: 'too-few',
    message: `${columns.flows} ${columns.flows === 1 ? 'flow' : 'flows'} cannot show ${percent(target)}: ${more}${observed}, and ${needed.atLeast} in all even if none is wrong`,
    fix: heaviest > 1 ? 'Let more flows come, or audit a larger share.' : 'Let more flows come, or ask for less.',
    needed,
  };
}

/** Flows that are enough where one of `heaviest` is observed. */
function neededAt({ columns, weights, target }: Attempt, first: number, heaviest: number): Needed {
  // Without errors so far: what the allowed half would need is a fair guess of what is to come.
  const expected = Math.max(first, (1 - target) / 2);
  const proving = flowsNeeded(1 - target, expected, heaviest, weights.delta);
  const scale = columns.tiers.length === 2 ? 1 : 1 / (1 - PROPOSING);
  return { atLeast: Math.ceil(proving.atLeast * scale), likely: Math.ceil(proving.likely * scale) };
}

/** Shares of answers that people audit. */
const AUDITS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
/** So many are audited on average where hardly ever none is: 1 in 22,000. */
const SOME = 10;

function unaudited(attempt: Attempt, unseen: string): Refusal {
  const { columns, lowest } = attempt;
  const tier = columns.tiers.indexOf(unseen);
  const { flows, observed } = supportOf(columns, lowest);
  const known = observed[tier] === 0 ? 'none' : `only ${observed[tier]}`;
  const what = columns.reference === 'last' ? 'what the last tier makes' : 'what all tiers make';
  const many = flows[tier] === 1 ? 'flow' : 'flows';
  const audit = AUDITS.find((share) => share * flows[tier]! >= SOME) ?? 1;
  const needed = neededAt(attempt, 0, 1 / audit);
  return {
    reason: 'unaudited',
    message: `${what} of the ${flows[tier]} ${many} that ${unseen} answered is known for ${known} of them`,
    fix: `Set audit: ${audit} on ${unseen}, or more, and capture on the tiers after it, and let flows come: about ${needed.likely} are enough then.`,
    needed,
  };
}

function confidence(message: string): Refusal {
  return {
    reason: 'confidence',
    message,
    fix: 'The score cannot carry the decision: see the diagnoses. Another score, or another model, is needed.',
  };
}

import type { Diagnosis } from '../calibrate/diagnosis.ts';
import type { Gathered } from '../calibrate/from-records.ts';
import type { TierTemperature } from '../calibrate/logit-sample.ts';
import type { Calibrated, Refused } from '../calibrate/result.ts';
import type { CalibratedDollars } from './calibrate-money.ts';
import { paint } from './io.ts';
import { table } from './table.ts';
import { count } from './text.ts';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
/** What was asked for, to its last digit: rounding could promise more than was shown. */
function givenText(share: number): string {
  const exact = Number((100 * share).toPrecision(12));
  return Number(exact.toFixed(2)) === exact ? percent(share) : `${exact} %`;
}
const amountText = (amount: number): string => `$${Number(amount.toPrecision(3))}`;
const billText = (amount: number): string => `$${amount.toFixed(amount < 0.0995 ? 4 : 2)}`;
const BARS = '▁▂▃▄▅▆▇█';

/** A calibration as people read it. */
export function calibratedText(
  result: Calibrated,
  read: Gathered,
  unit: 'usd' | 'given',
  dollars: CalibratedDollars,
): string {
  const { logged } = read.columns;
  const rows = result.tiers.map(({ tier, threshold, reached, answers, escalates }, i) => [
    tier,
    threshold === undefined ? 'last' : thresholdText(threshold),
    loggedText(logged[i], read.leastLogged[i]),
    percent(reached),
    percent(answers),
    threshold === undefined
      ? ''
      : `${percent(escalates.expected)} (${percent(escalates.low)} to ${percent(escalates.high)})`,
  ]);
  return [
    table(['tier', 'threshold', 'in the log', 'reached by', 'answers', 'escalates'], rows),
    '',
    ...promise(result),
    ...money(result, unit),
    ...presently(result, hasSeveral(read)),
    ...inAll(result, dollars),
    ...read.temperatures.map(temperatureText),
    sparkline(result),
    '',
    ...leftOut(read),
    ...result.diagnoses.map(diagnosisText),
  ].join('\n');
}

/** Why there are no thresholds. */
export function refusedText(result: Refused, read: Gathered): string {
  return [
    `${paint('red', 'no thresholds:')} ${result.message}.`,
    `  → ${result.fix}`,
    ...leftOut(read),
    ...result.diagnoses.map(diagnosisText),
  ].join('\n');
}

function promise({ target, delta, reference, chosen, lastTier, flows }: Calibrated): readonly string[] {
  const whom = reference === 'labels' ? 'the labels' : 'the last tier';
  const { expected, low, high } = chosen.accuracy;
  return [
    `certified  agrees with ${whom} on ${givenText(target)} or more; the chance that it does not is ${givenText(delta)} at most`,
    `expected   ${percent(expected)} (${percent(low)} to ${percent(high)})${reference === 'labels' ? `; the last tier alone ${percent(lastTier.expected)}` : ''}`,
    `from       ${count(flows.all, 'flow')}, ${flows.observed} of them known, ${flows.certifying} for the test`,
  ];
}

function money({ chosen }: Calibrated, unit: 'usd' | 'given'): readonly string[] {
  const { cost, costRatio } = chosen;
  const amount =
    unit === 'usd'
      ? `: ${amountText(cost * 1e6)} of ${amountText((cost / costRatio) * 1e6)} for a million flows, model time at list price, calls left out`
      : `: ${Number(cost.toPrecision(4))} of ${Number((cost / costRatio).toPrecision(4))} a flow`;
  return [`cost       ${percent(costRatio)} of the last tier alone${amount}`];
}

function presently({ present }: Calibrated, several: boolean): readonly string[] {
  if (!present) return [];
  const which = several ? 'the highest of its thresholds' : 'its thresholds';
  return [
    `in the log ${percent(present.accuracy.expected)} at ${percent(present.costRatio)} of the cost, under ${which}`,
  ];
}

const hasSeveral = ({ columns: { logged }, leastLogged }: Gathered): boolean =>
  logged.some((highest, tier) => Number.isFinite(highest) && leastLogged[tier]! < highest);

function loggedText(highest: number | undefined, lowest: number | undefined): string {
  if (highest === undefined || lowest === undefined || !Number.isFinite(highest)) return '';
  return lowest < highest ? `${thresholdText(lowest)} to ${thresholdText(highest)}` : thresholdText(highest);
}

/** What models and calls cost together: where calls cost more, a cascade need not pay. */
function inAll({ tiers }: Calibrated, dollars: CalibratedDollars): readonly string[] {
  if ('missing' in dollars) return [`dollars    not known: ${dollars.missing}`];
  const { now, chosen, lastTier, region, prices } = dollars;
  const last = tiers.at(-1)!.tier;
  const known = chosen !== undefined && lastTier !== undefined;
  const others = known
    ? `; ${billText(chosen)} under these thresholds; ${billText(lastTier)} by ${last} alone`
    : '; what else it would cost is not known, as the log never came to a tier';
  return [
    `dollars    ${billText(now)} for a million flows in the log, calls and all${others} (${region}, ${prices.date})`,
    ...(known && lastTier < chosen
      ? [`           ${last} alone is the cheapest: calls of the tiers before it cost more than they save`]
      : []),
  ];
}

/** Accuracy from the dearest to the cheapest thresholds, with the chosen ones marked. */
function sparkline({ curve, chosen, target }: Calibrated): string {
  const lowest = Math.min(...curve.map(({ accuracy }) => accuracy.expected));
  const highest = Math.max(...curve.map(({ accuracy }) => accuracy.expected));
  const bar = (accuracy: number): string =>
    BARS[Math.min(BARS.length - 1, Math.floor(((accuracy - lowest) / (highest - lowest || 1)) * BARS.length))]!;
  const at = curve.findIndex(({ cost }) => cost <= chosen.cost);
  const line = curve
    .map(({ accuracy }, i) => (i === at ? paint('green', bar(accuracy.expected)) : bar(accuracy.expected)))
    .join('');
  const ends = `cost ${percent(curve[0]!.costRatio)} … ${percent(curve.at(-1)!.costRatio)}, accuracy ${percent(highest)} … ${percent(lowest)}`;
  return `\n  ${line}  ${ends}\n  ${' '.repeat(Math.max(0, at))}▲ ${givenText(target)} certified`;
}

function leftOut({ unanswered, unlabelled, strayLabels }: Gathered): readonly string[] {
  return [
    unanswered > 0 ? `${count(unanswered, 'flow')} left out: without an accepted answer.` : '',
    unlabelled > 0
      ? `${count(unlabelled, 'flow')} left out: without a label. Labels must be those of a random sample.`
      : '',
    strayLabels > 0 ? `${count(strayLabels, 'label is', 'labels are')} of flows that the log does not know.` : '',
  ].filter((line) => line !== '');
}

const temperatureText = ({ tier, predictions, temperature, gap }: TierTemperature): string =>
  `logits     ${tier}: divide by ${Number(temperature.toPrecision(3))}; its confidence is then off by ${percent(gap.after)} instead of ${percent(gap.before)} (${count(predictions, 'prediction')})`;

const diagnosisText = ({ tier, message }: Diagnosis): string =>
  `${paint('yellow', 'look')} ${tier === undefined ? '' : `${tier}: `}${message}.`;

const thresholdText = (threshold: number): string =>
  Number.isFinite(threshold) ? String(Number(threshold.toPrecision(6))) : 'never';

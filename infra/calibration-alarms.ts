import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type Expectation, readExpectation } from '../lib/calibrate/expectation.ts';
import { PARTED, WATCH } from '../lib/calibrate/parted.ts';
import { addAlarm } from './alarm.ts';
import type { AlarmOptions } from './alarms.ts';
import { decisionMetric } from './metrics.ts';

const PERIOD = Duration.hours(1);
/** In an hour with fewer flows a rate says little. */
const LEAST_FLOWS = 100;
/** Standard errors that an hour's rate may lie outside by chance. */
const ERRORS = 3;

/**
 * Go off where a cascade parts from what its calibration expected: a tier escalates more or less often than that, three hours
 * on end; or `sluice watch --emf`, wherever it runs, says that audited answers are wrong too often.
 */
export function addCalibrationAlarms(
  scope: Construct,
  application: string,
  file: string,
  { actions = [] }: AlarmOptions,
  namespace?: string,
): readonly Alarm[] {
  const { tiers } = readExpectation(readFileSync(file, 'utf8'), file);
  const add = (id: string, metric: IMetric, evaluationPeriods: number, what: string): Alarm =>
    addAlarm(scope, id, { metric, threshold: 0, evaluationPeriods, what }, actions);
  return [
    ...tiers
      .slice(0, -1)
      .map(({ tier, escalates }) =>
        add(
          `${tier}Escalation`,
          departure({ application, tier }, escalates, namespace),
          3,
          `${tier} escalates as it was not expected to`,
        ),
      ),
    add(
      'Parted',
      decisionMetric({ application, tier: WATCH }, PARTED, { period: PERIOD }, namespace),
      1,
      'the cascade has parted from its calibration: npx sluice watch says how',
    ),
  ];
}

/** How far an hour's share of escalations lies outside of what was expected, chance allowed for; 0 or less where it does not. */
function departure(
  dimensions: { readonly application: string; readonly tier: string },
  expected: Expectation['tiers'][number]['escalates'],
  namespace: string | undefined,
): IMetric {
  const { expected: p, low, high } = expected;
  // A count of none is not written, and without a value for it the whole expression would have none.
  const [a, e] = ['FILL(a, 0)', 'FILL(e, 0)'];
  const share = `${e} / (${a} + ${e})`;
  const error = `${ERRORS} * (${p * (1 - p)} / (${a} + ${e})) ^ 0.5`;
  return new MathExpression({
    expression: `IF(${a} + ${e} >= ${LEAST_FLOWS}, MAX([${share} - ${high}, ${low} - ${share}]) - ${error}, 0)`,
    usingMetrics: {
      a: decisionMetric(dimensions, 'accepted', { period: PERIOD }, namespace),
      e: decisionMetric(dimensions, 'escalated', { period: PERIOD }, namespace),
    },
    period: PERIOD,
    label: `${dimensions.tier} escalates outside of ${low} to ${high}`,
  });
}

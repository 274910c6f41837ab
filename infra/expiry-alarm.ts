import { Duration } from 'aws-cdk-lib';
import { type Alarm, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import type { AlarmOptions } from './alarms.ts';

const BEHIND = Duration.minutes(15);

/** Goes off where expiry stands still: it begins again at the record that failed, and the stream forgets what is a day old. */
export function alarmBehind(scope: Construct, target: LambdaFunction, { actions = [] }: AlarmOptions): Alarm {
  const metric = target.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) });
  const what = 'halves that waited in vain are not decided on, and are forgotten after a day';
  return addAlarm(scope, 'Behind', { metric, threshold: BEHIND.toMilliseconds(), evaluationPeriods: 1, what }, actions);
}

import { Duration } from 'aws-cdk-lib';
import { type Alarm, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import type { AlarmOptions } from './alarms.ts';

/** Six times as long as records gather, and a fiftieth of the day after which Firehose gives them up. */
const LATE = Duration.minutes(30);

/** Goes off where delivered decisions do not get into the bucket: Firehose tries for a day, and then they are lost. */
export function alarmLateDecisions(scope: Construct, stream: CfnDeliveryStream, { actions = [] }: AlarmOptions): Alarm {
  const metric = new Metric({
    namespace: 'AWS/Firehose',
    metricName: 'DeliveryToS3.DataFreshness',
    dimensionsMap: { DeliveryStreamName: stream.ref },
    statistic: Stats.MAXIMUM,
    period: Duration.minutes(5),
  });
  const what = 'decision records do not get into the bucket, and are lost after a day';
  return addAlarm(scope, 'DecisionsLate', { metric, threshold: LATE.toSeconds(), evaluationPeriods: 1, what }, actions);
}

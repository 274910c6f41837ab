import { Duration } from 'aws-cdk-lib';
import { type Alarm, type IAlarmAction, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';

/** What is watched. */
export interface Watched {
  readonly queues: readonly Queue[];
  readonly deadLetters?: Queue;
  readonly function?: LambdaFunction;
  /** Counts what comes back because AWS did not do its part. */
  readonly outages?: IMetric;
  /** How long a message stays hidden whose function died. */
  readonly hiddenSeconds?: number;
}

/** How it is watched. */
export interface AlarmOptions {
  /** Told when an alarm goes off, and when it is over. */
  readonly actions?: readonly IAlarmAction[];
  /** Messages older than this raise the alarm. Default: 15 minutes. */
  readonly oldestMessageAge?: Duration;
  /** The file that `sluice calibrate --write` wrote: parting from what it expects raises an alarm. */
  readonly calibration?: string;
}

const PERIOD = Duration.minutes(1);
/** As long as three of the longest back-offs: one message that fails again and again is enough to be told of. */
const RETURNS = 45;

/**
 * The alarms of one tier. Dead letters are counted where they lie, for the metric of messages sent leaves out those that
 * SQS itself moved. What comes back leaves a function's errors at 0, and its age is told for the first three receives only
 * (SQS developer guide, CloudWatch metrics), so it has a metric of its own.
 */
export function addAlarms(scope: Construct, watched: Watched, options: AlarmOptions): readonly Alarm[] {
  const { actions = [], oldestMessageAge = Duration.minutes(15) } = options;
  const alarms: Alarm[] = [];
  const add = (
    id: string,
    metric: IMetric,
    threshold: number,
    evaluationPeriods: number,
    what: string,
    datapointsToAlarm = evaluationPeriods,
  ): void => {
    alarms.push(addAlarm(scope, id, { metric, threshold, evaluationPeriods, datapointsToAlarm, what }, actions));
  };
  const most = { period: PERIOD, statistic: Stats.MAXIMUM };
  if (watched.deadLetters) {
    const dead = watched.deadLetters.metricApproximateNumberOfMessagesVisible(most);
    add('DeadLetters', dead, 0, 1, 'dead letters wait for a redrive');
  }
  for (const queue of watched.queues) {
    const age = queue.metricApproximateAgeOfOldestMessage(most);
    add(`${queue.node.id}Age`, age, oldestMessageAge.toSeconds(), 3, 'messages wait too long');
  }
  if (!watched.function) return alarms;
  const sum = { period: PERIOD, statistic: Stats.SUM };
  const returns = Math.max(RETURNS, Math.ceil((3 * (watched.hiddenSeconds ?? 0)) / 60));
  add('Errors', watched.function.metricErrors(sum), 0, returns, 'whole invocations fail', 3);
  if (watched.outages)
    add('Outages', watched.outages, 0, returns, 'AWS, or the function itself, brings messages back', 3);
  add('Throttles', watched.function.metricThrottles(sum), 0, 5, 'Lambda throttles, which uses up receives');
  return alarms;
}

import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { addAlarms } from './alarms.ts';
import { addCalibrationAlarms } from './calibration-alarms.ts';
import type { CascadeProps } from './cascade-props.ts';
import { alarmLateDecisions } from './decision-alarm.ts';
import type { Expiry } from './expiry.ts';
import { alarmBehind } from './expiry-alarm.ts';
import type { DeployedTier } from './tier.ts';

/** The parts of a cascade that can be watched. */
export interface Parts {
  /** The tiers, and the destination where there is one. */
  readonly units: readonly DeployedTier[];
  /** The dead letters of answers that no destination reads. */
  readonly answersDeadLetters: Queue | undefined;
  readonly expiry: Expiry | undefined;
}

/** All alarms of a cascade, each beside what it watches. */
export function watch(scope: Construct, parts: Parts, props: CascadeProps): readonly Alarm[] {
  if (props.alarms === false) return [];
  const { units, answersDeadLetters, expiry } = parts;
  const options = props.alarms ?? {};
  const alarms = units.flatMap((unit) => {
    const oldestMessageAge = props.tiers?.[unit.name]?.oldestMessageAge ?? options.oldestMessageAge;
    const { queues, deadLetters, hiddenSeconds } = unit;
    const outages = unit.metric('outages', { period: Duration.minutes(1) });
    const watched = { queues, deadLetters, hiddenSeconds, function: unit.function, outages };
    const own = addAlarms(unit, watched, { ...options, ...(oldestMessageAge && { oldestMessageAge }) });
    return unit.decisions ? [...own, alarmLateDecisions(unit, unit.decisions, options)] : own;
  });
  if (answersDeadLetters) {
    const owner = answersDeadLetters.node.scope as Construct;
    alarms.push(...addAlarms(owner, { queues: [], deadLetters: answersDeadLetters }, options));
  }
  if (expiry) {
    alarms.push(...addAlarms(expiry, { queues: [], function: expiry.unit.function }, options));
    alarms.push(alarmBehind(expiry, expiry.unit.function, options));
  }
  if (options.calibration !== undefined) {
    alarms.push(
      ...addCalibrationAlarms(scope, props.application.name, options.calibration, options, props.metricNamespace),
    );
  }
  return alarms;
}

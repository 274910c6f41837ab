import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** An alarm that goes off above its threshold, and not where there is nothing to measure; `actions` hear of its end as well. */
export function addAlarm(
  scope: Construct,
  id: string,
  { what, ...props }: Omit<AlarmProps, 'alarmDescription'> & { readonly what: string },
  actions: readonly IAlarmAction[] = [],
): Alarm {
  const alarm = new Alarm(scope, `${id}Alarm`, {
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${scope.node.path}: ${what}`,
    ...props,
  });
  for (const action of actions) {
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
  return alarm;
}

import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  SingleValueWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DeployedTier } from './tier.ts';

/** What the dashboard shows. */
export interface DashboardProps {
  readonly title: string;
  readonly tiers: readonly DeployedTier[];
  readonly answers: Queue;
}

const HOUR = { period: Duration.hours(1), statistic: Stats.SUM };
const MINUTE = { period: Duration.minutes(1), statistic: Stats.SUM };

/** The cascade as a funnel: one row a tier, what came in, what it accepted, and what it escalated to the row below. */
export function cascadeDashboard(scope: Construct, { title, tiers, answers }: DashboardProps): Dashboard {
  const dashboard = new Dashboard(scope, 'Dashboard', { defaultInterval: Duration.hours(24) });
  dashboard.addWidgets(new TextWidget({ markdown: `# ${title}`, width: 24, height: 1 }));
  for (const tier of tiers) dashboard.addWidgets(...rowOf(tier));
  const sent = answers.metricNumberOfMessagesSent({ ...MINUTE, label: 'answers' });
  dashboard.addWidgets(new GraphWidget({ title: 'answers', left: [sent], width: 24, height: 4 }));
  return dashboard;
}

function rowOf(tier: DeployedTier): IWidget[] {
  const queueMetrics = tier.queues.map((queue, i) => {
    const label = i === 0 ? 'in' : `in: ${queue.node.id}`;
    return queue.metricNumberOfMessagesSent({ ...HOUR, label });
  });
  const funnel: IMetric[] = [
    ...queueMetrics,
    tier.metric('accepted', { ...HOUR, label: 'accepted' }),
    tier.metric('escalated', { ...HOUR, label: 'escalated' }),
  ];
  const others = ['parked', 'throttled', 'dropped', 'expired', 'retried', 'outages', 'failed'] as const;
  const waiting = tier.queues.map((queue) =>
    queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), label: `${queue.node.id}: oldest, s` }),
  );
  return [
    new SingleValueWidget({ title: `${tier.name}, per hour`, metrics: funnel, width: 9, height: 5 }),
    new GraphWidget({
      title: `${tier.name}: other decisions`,
      left: others.map((name) => tier.metric(name, { ...MINUTE, label: name })),
      width: 8,
      height: 5,
    }),
    new GraphWidget({
      title: `${tier.name}: waiting`,
      left: waiting,
      right: [
        tier.function.metric('ConcurrentExecutions', { ...MINUTE, statistic: Stats.MAXIMUM, label: 'at a time' }),
        tier.deadLetters.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(1),
          statistic: Stats.MAXIMUM,
          label: 'dead letters',
        }),
      ],
      width: 7,
      height: 5,
    }),
  ];
}

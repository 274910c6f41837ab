import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type Dimensions, NAMESPACE } from '../lib/aws/metrics-emf.ts';
import type { Decision } from '../lib/core/decision.ts';

/** Decisions that are counted, and numbers that are measured, per tier. */
export type MetricName = Count | Trouble | 'parted' | 'score' | 'modelMs' | 'joinWaitMs' | 'bytesNotFetched';

/** What goes wrong with no decision, or with every one. */
type Trouble = 'outages' | 'faults' | 'handedBack';

type Count = Exclude<Decision, 'duplicate'> | 'duplicates';

/** A metric that the functions write: counts as sums, numbers as averages. */
export function decisionMetric(
  { application, tier }: Dimensions,
  name: MetricName,
  options: MetricOptions = {},
): Metric {
  const measured = name === 'score' || name.endsWith('Ms');
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: { application, tier },
    statistic: measured ? Stats.AVERAGE : Stats.SUM,
    ...options,
  });
}

import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type Dimensions, METRIC_NAMESPACE, NAMESPACE } from '../lib/aws/metrics-emf.ts';
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
  namespace: string = NAMESPACE,
): Metric {
  const measured = name === 'score' || name.endsWith('Ms');
  return new Metric({
    namespace,
    metricName: name,
    dimensionsMap: { application, tier },
    statistic: measured ? Stats.AVERAGE : Stats.SUM,
    ...options,
  });
}

/** What tells a function where its metrics go, where that is not the usual namespace. */
export function metricVariables(namespace: string | undefined): Readonly<Record<string, string>> {
  return namespace === undefined ? {} : { [METRIC_NAMESPACE]: namespace };
}

import { toError } from '../core/errors.ts';
import { clientConfig } from './client-config.ts';

/** SQS reports the metric once a minute, a few minutes late. */
const LOOK_BACK_MS = 15 * 60_000;
const QUERIES_PER_CALL = 500;

/**
 * How long the oldest message of each queue has waited, ms, by logical name: CloudWatch alone knows. A queue that reported
 * nothing is left out; `undefined` where CloudWatch cannot be asked: `@aws-sdk/client-cloudwatch` is not installed, or
 * `cloudwatch:GetMetricData` is not allowed.
 */
export async function oldestAges(
  queues: Readonly<Record<string, string>>,
  now: number,
): Promise<ReadonlyMap<string, number> | undefined> {
  const found = await import('@aws-sdk/client-cloudwatch').catch(() => undefined);
  if (!found) return undefined;
  const names = Object.keys(queues);
  const client = new found.CloudWatchClient(clientConfig());
  const ages = new Map<string, number>();
  try {
    for (let from = 0; from < names.length; from += QUERIES_PER_CALL) {
      const asked = names.slice(from, from + QUERIES_PER_CALL);
      const { MetricDataResults = [] } = await client.send(
        new found.GetMetricDataCommand({
          StartTime: new Date(now - LOOK_BACK_MS),
          EndTime: new Date(now),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: asked.map((name, i) => ({ Id: `q${i}`, MetricStat: oldestOf(queues[name]!) })),
        }),
      );
      for (const { Id = '', Values = [] } of MetricDataResults) {
        const [seconds] = Values;
        if (seconds !== undefined) ages.set(asked[Number(Id.slice(1))]!, 1_000 * seconds);
      }
    }
    return ages;
  } catch (thrown) {
    if (/AccessDenied|not authorized|UnknownOperation/i.test(`${toError(thrown).name} ${toError(thrown).message}`))
      return undefined;
    throw thrown;
  } finally {
    client.destroy();
  }
}

function oldestOf(url: string): {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: { readonly Name: string; readonly Value: string }[];
  };
  readonly Period: number;
  readonly Stat: string;
} {
  const queue = url.slice(url.lastIndexOf('/') + 1);
  return {
    Metric: {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: queue }],
    },
    Period: 60,
    Stat: 'Maximum',
  };
}

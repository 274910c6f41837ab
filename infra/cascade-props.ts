import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { WarmThroughput } from 'aws-cdk-lib/aws-dynamodb';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { SluiceError } from '../lib/core/errors.ts';
import { didYouMean } from '../lib/core/nearest.ts';
import { rejectUnknownKeys } from '../lib/core/options.ts';
import type { BucketLike } from './acknowledge.ts';
import type { AlarmOptions } from './alarms.ts';
import type { BundledApplication } from './bundled-application.ts';
import type { FunctionCode } from './function-unit.ts';
import { checkNumbers } from './override-limits.ts';
import type { TierOverrides } from './settings.ts';

/** What a {@link Cascade} is made from. */
export interface CascadeProps {
  /** What {@link bundleApplication} makes of the folder of tier files. */
  readonly application: BundledApplication;
  /** What differs from the tier files here. */
  readonly tiers?: Readonly<Record<string, TierOverrides>>;
  /** False: decisions go to the log groups. Default: they are delivered to the bucket, by date and tier. */
  readonly decisions?: boolean;
  /** How long delivered decision records are kept. Default: 90 days. */
  readonly decisionRetention?: Duration;
  readonly alarms?: false | AlarmOptions;
  readonly dashboard?: boolean;
  /** The CloudWatch namespace of the metrics: one of its own for a second stack of an application in one account and region. Default: `sluice`. */
  readonly metricNamespace?: string;
  /** How long the functions' logs are kept. Default: one month. */
  readonly logRetention?: RetentionDays;
  /** What happens to table and bucket when the stack goes. Default: they stay. */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Reads and writes a second that the flow table takes at once. Default: what AWS gives a new table, 12,000 and 4,000; it
   * grows with the load from there (DynamoDB developer guide, warm throughput).
   */
  readonly warmThroughput?: WarmThroughput;
  /** Further buckets that objects may be read from. */
  readonly allowedBuckets?: readonly BucketLike[];
}

const OVERRIDES: readonly (keyof TierOverrides)[] = [
  'memorySize',
  'ephemeralStorageSize',
  'batchSize',
  'window',
  'maxConcurrency',
  'pollers',
  'reservedConcurrency',
  'environment',
  'enabled',
  'oldestMessageAge',
];

/** Overrides must name tiers that are there, or the destination. @throws SluiceError `option-unknown`, `option-invalid` */
export function checkOverrides({ application, tiers = {} }: CascadeProps): void {
  const { graph } = application;
  const names = graph.tiers.map(({ tier }) => tier.name);
  if (graph.destination) names.push(graph.destination.destination.name);
  if (graph.controls) names.push(graph.controls.name);
  for (const [name, overrides] of Object.entries(tiers)) {
    if (!names.includes(name)) {
      throw new SluiceError('option-unknown', `tiers names "${name}", which is not in ${application.name}`, {
        fix: `${didYouMean(name, names)}Tiers: ${names.join(', ')}.`,
      });
    }
    rejectUnknownKeys(overrides, OVERRIDES, `tiers.${name}`);
    checkNumbers(`tiers.${name}`, overrides);
    if (overrides.pollers && overrides.maxConcurrency !== undefined) {
      throw new SluiceError('option-invalid', `tiers.${name} has both pollers and maxConcurrency`, {
        tier: name,
        fix: 'Give one of them: ten invocations at a time come from each poller, so pollers.maximum limits them too.',
      });
    }
  }
}

/** The code of a function. @throws SluiceError `option-invalid` where there is none */
export function bundleOf({ application }: CascadeProps, name: string): FunctionCode {
  const bundle = application.bundles.get(name);
  if (bundle) return bundle;
  throw new SluiceError('option-invalid', `there is no bundle of "${name}"`, {
    tier: name,
    fix: 'Pass the application that bundleApplication(folder) returned.',
  });
}

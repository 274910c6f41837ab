import type { FunctionConfig } from '../lib/aws/function-config.ts';
import type { ControlPlan, DestinationPlan, TierPlan } from '../lib/core/plan.ts';
import type { Reach } from './reach.ts';

/** Where a function finds what its configuration names. */
export interface Locations {
  readonly url: (queue: string) => string;
  readonly table: string;
  readonly bucket: string;
  readonly allowedBuckets: readonly string[];
}

/** What a tier's function must know beyond its own file. */
export function tierConfig(plan: TierPlan, reach: Reach, at: Locations): FunctionConfig {
  const { application, version, file, mode, reads, deadLetters, answers, next = null, limits, controls } = plan;
  const place = { application, version, file, mode, reads, deadLetters, answers, next, limits };
  return { ...place, ...(controls && { controls }), ...located(reach, at) };
}

/** The same for the destination, which reads answers and sends none. */
export function destinationConfig(plan: DestinationPlan, reach: Reach, at: Locations): FunctionConfig {
  const { application, version, file, deadLetters, limits } = plan;
  const reads = plan.reads.map(({ queue }) => ({ queue, kind: 'data' as const }));
  const [answers] = reach.consumes;
  const place = { application, version, file, mode: 'entry' as const, reads, deadLetters, answers: answers! };
  return { ...place, next: null, limits, ...located(reach, at) };
}

/** The same for the function that applies controls, which answers nothing. */
export function controlsConfig(plan: ControlPlan, reach: Reach, at: Locations): FunctionConfig {
  const { application, version, file, deadLetters, limits, tiers, again } = plan;
  const reads = plan.reads.map(({ queue }) => ({ queue, kind: 'data' as const }));
  const place = { application, version, file, mode: 'entry' as const, reads, deadLetters, answers: '' };
  return { ...place, next: null, limits, tiers, ...(again && { again }), ...located(reach, at) };
}

function located(
  reach: Reach,
  { url, table, bucket, allowedBuckets }: Locations,
): Pick<FunctionConfig, 'queues' | 'table' | 'bucket' | 'allowedBuckets'> {
  const names = [...reach.consumes, ...reach.sends];
  return { queues: Object.fromEntries(names.map((name) => [name, url(name)])), table, bucket, allowedBuckets };
}

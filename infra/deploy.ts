import {
  type ControlPlan,
  type DestinationPlan,
  type Graph,
  type QueueSpec,
  receivesOf,
  type TierPlan,
} from '../lib/core/plan.ts';
import type { Timing } from '../lib/core/tier-definition.ts';
import { CONTROLS_FUNCTION } from './bundle-entries.ts';
import { bundleOf, type CascadeProps } from './cascade-props.ts';
import { controlsConfig, destinationConfig, type Locations, tierConfig } from './config.ts';
import type { Reachable } from './permissions.ts';
import { controlsReach, destinationReach, reachOf } from './reach.ts';
import { settingsFor } from './settings.ts';
import type { DeployedTierProps } from './tier.ts';

/** All that a tier's construct needs to know of the cascade around it. */
export type Planned = Omit<DeployedTierProps, 'logRetention' | 'metricNamespace' | 'register' | 'delivery'>;

/** A tier of the graph, as it is to be deployed. */
export function planTier(props: CascadeProps, plan: TierPlan, reachable: Reachable): Planned {
  const { name, memory, maxConcurrency, timing } = plan.tier;
  const { graph } = props.application;
  const overrides = props.tiers?.[name] ?? {};
  const reach = reachOf(graph, plan);
  const { limits, reads } = plan;
  return {
    ...common(props, name, plan, timing, reachable),
    settings: settingsFor({ name, limits, timing, memory, maxConcurrency, queues: reads.length }, overrides),
    overrides,
    reach,
    config: () => tierConfig(plan, reach, locations(reachable)),
  };
}

/** The destination, as it is to be deployed. */
export function planAnswers(props: CascadeProps, plan: DestinationPlan, reachable: Reachable): Planned {
  const { name, timing } = plan.destination;
  const overrides = props.tiers?.[name] ?? {};
  const reach = destinationReach(props.application.graph, plan);
  const { limits, reads } = plan;
  const sizes = { memory: undefined, maxConcurrency: undefined, queues: reads.length };
  return {
    ...common(props, name, plan, timing, reachable),
    settings: settingsFor({ name, limits, timing, ...sizes }, overrides),
    overrides,
    reach,
    config: () => destinationConfig(plan, reach, locations(reachable)),
  };
}

/** The function that applies controls, as it is to be deployed. */
export function planControls(props: CascadeProps, plan: ControlPlan, reachable: Reachable): Planned {
  const { name, timing, limits, reads } = plan;
  const overrides = props.tiers?.[name] ?? {};
  const reach = controlsReach(plan);
  const sizes = { memory: CONTROLS_MEMORY, maxConcurrency: undefined, queues: reads.length };
  return {
    ...common(props, name, plan, timing, reachable, CONTROLS_FUNCTION),
    settings: settingsFor({ name, limits, timing, ...sizes }, overrides),
    overrides,
    reach,
    goesOn: plan.again !== undefined,
    config: () => controlsConfig(plan, reach, locations(reachable)),
  };
}

/** MiB; it holds no model. */
const CONTROLS_MEMORY = 256;

function common(
  props: CascadeProps,
  name: string,
  plan: TierPlan | DestinationPlan | ControlPlan,
  timing: Timing,
  reachable: Reachable,
  bundle: string = name,
) {
  const { graph } = props.application;
  const reads = plan.reads.map(({ queue }) => queue);
  const batchSize = props.tiers?.[name]?.batchSize ?? timing.batchSize;
  return {
    application: graph.application,
    name,
    reads,
    deadLetters: plan.deadLetters,
    specs: specsOf(graph, [...reads, plan.deadLetters], receivesOf(plan, { ...timing, batchSize })),
    code: bundleOf(props, bundle),
    reachable,
  };
}

function specsOf(graph: Graph, names: readonly string[], receives: number): readonly QueueSpec[] {
  const specs = graph.queues.filter((spec) => names.includes(spec.name));
  return specs.map((spec) => (spec.maxReceives === undefined ? spec : { ...spec, maxReceives: receives }));
}

function locations({ queue, table, bucket, allowedBuckets }: Reachable): Locations {
  return {
    url: (name) => queue(name).queueUrl,
    table: table.tableName,
    bucket: bucket.bucketName,
    allowedBuckets: allowedBuckets.map(({ bucketName }) => bucketName),
  };
}

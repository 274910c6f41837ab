import { Duration } from 'aws-cdk-lib';
import { checkOverrides } from '../../../infra/cascade-props.ts';
import { type Settings, settingsFor, type TierOverrides } from '../../../infra/settings.ts';
import type { TierPlan } from '../../../lib/core/plan.ts';
import type { Application } from '../../../lib/runtime/application.ts';
import { LIMITS } from './aws.ts';

/** A queue and the event source mapping that feeds its tier from it. */
export interface QueueShape {
  readonly name: string;
  readonly kind: 'data' | 'signal';
  /** Objects that producers put for each of its messages. */
  readonly puts: number;
  readonly maxConcurrency?: number;
  readonly pollers?: { readonly minimum: number; readonly maximum: number };
}

/** A tier as it is deployed: sized and fed by the same code that the CDK construct uses. */
export interface TierShape {
  readonly name: string;
  readonly mode: TierPlan['mode'];
  readonly settings: Settings;
  readonly queues: readonly QueueShape[];
  /** The queue that its escalations go to. */
  readonly next?: string;
  /** The share of satisfied flows that also goes there, in shadow. */
  readonly audit: number;
  /** Claims and done-marks of `delivery: 'once'`, writes a prediction. */
  readonly onceWrites: number;
  /** How long a half is kept, s; joins only. */
  readonly ttlSeconds: number;
}

/** What is changed on a deployment, as plain numbers: a command line has no CDK durations. */
export type Changes = Pick<TierOverrides, 'memorySize' | 'batchSize' | 'maxConcurrency' | 'pollers'> & {
  readonly windowSeconds?: number;
};

/** The shape of an application, first tier first. @throws SluiceError `option-invalid`, `option-unknown`, as synth would */
export function shapeOf(
  application: Application,
  changes: Readonly<Record<string, Changes>> = {},
): readonly TierShape[] {
  const tiers = Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, overridesOf(change)]));
  checkOverrides({ application: { ...application, bundles: new Map() }, tiers });
  return application.graph.tiers.map((plan) => tierShape(plan, tiers[plan.tier.name] ?? {}));
}

function overridesOf({ windowSeconds, ...change }: Changes): TierOverrides {
  return windowSeconds === undefined ? change : { ...change, window: Duration.seconds(windowSeconds) };
}

function tierShape(plan: TierPlan, overrides: TierOverrides): TierShape {
  const { name, memory, maxConcurrency, timing, audit = 0, delivery, joins } = plan.tier;
  const { limits, mode, next, reads } = plan;
  const settings = settingsFor({ name, limits, timing, memory, maxConcurrency, queues: reads.length }, overrides);
  const { minimum, maximum } = LIMITS.pollers;
  return {
    name,
    mode,
    settings,
    queues: reads.map(({ queue, kind }, i) => ({
      name: queue,
      kind,
      puts: kind === 'data' ? putsOf(plan) : 0,
      ...(settings.maxConcurrency[i] !== undefined && { maxConcurrency: settings.maxConcurrency[i] }),
      ...(overrides.pollers && { pollers: { minimum, maximum, ...overrides.pollers } }),
    })),
    ...(next && { next: next.queue }),
    audit: next ? audit : 0,
    onceWrites: delivery === 'once' && !joins ? 2 : 0,
    ttlSeconds: (joins?.ttlMs ?? 0) / 1_000,
  };
}

/** Producers put what the entry or the stream declares; what a tier passes on is there already. */
function putsOf({ mode, tier }: TierPlan): number {
  if (mode === 'entry') return Object.keys(tier.objects ?? {}).length;
  return Object.keys(tier.joins?.stream.objects ?? {}).length;
}

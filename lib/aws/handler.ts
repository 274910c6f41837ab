import { MODEL } from '../core/control/model.ts';
import type { ControlSteps } from '../core/control/steps.ts';
import type { Meet } from '../core/step/join.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { AnyTier } from '../core/tier-types.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { OpenControls } from '../runtime/controls/reader.ts';
import { tierHandler } from '../runtime/handler.ts';
import { metered } from '../runtime/meter.ts';
import { createPredictor } from '../runtime/predictor.ts';
import { type AwsCloudOptions, awsCloud, type LoadedCalls } from './cloud.ts';
import { drainGuard } from './drain.ts';
import { readFunctionConfig } from './function-config.ts';
import type { SqsFunction } from './handler-invocation.ts';
import { beginLoading } from './handler-load.ts';
import { cloudOptionsOf, readUrls, tierPlanOf } from './handler-plan.ts';
import { type HandlerSurroundings, type SqsHandler, sqsHandler } from './handler-sqs.ts';

/** How a handler is made. */
export interface HandlerOptions extends HandlerSurroundings {
  /** Opens the cloud; AWS where not given. */
  readonly cloud?: (options: AwsCloudOptions) => Cloud;
  /** What every record of the tier calls, so that none waits until it is loaded; the bundle's entry knows. */
  readonly loaded?: LoadedCalls;
  /** Opens the reader of controls, where the tier reads some; the bundle's entry knows. */
  readonly controls?: OpenControls;
  /** What the tier's steps do where it has a state or decides with controls; the bundle's entry knows. */
  readonly steps?: ControlSteps;
  /** How halves meet, where the tier joins; the bundle's entry knows. */
  readonly meet?: Meet;
}

/** Lambda's init phase may take 10 s; a model that is not loaded by then is waited for by the first record. */
const INIT_MS = 8_000;

/**
 * The Lambda handler of a tier, for an event source mapping on each of its queues. What the construct knows of the tier
 * comes by the environment. The model begins to load at once; `ready` resolves when it has, so that it loads in the init
 * phase. A `load` that fails does not fail that phase: the first record tries again, and is retried like any other.
 */
export function createHandler(tier: AnyTier | TierDefinition, options: HandlerOptions = {}): SqsHandler {
  const { env = process.env, loaded, cloud: open = (of) => awsCloud(of, loaded) } = options;
  return sqsHandler(() => tierFunction(tier as TierDefinition, env, open, options), options);
}

function tierFunction(
  definition: TierDefinition,
  env: NonNullable<HandlerOptions['env']>,
  open: NonNullable<HandlerOptions['cloud']>,
  { controls: openControls, steps, meet }: HandlerOptions,
): SqsFunction {
  const config = readFunctionConfig(env);
  const { application, version, allowedBuckets } = config;
  // Which model to load is for its control to say, where the application has one: the first record waits for it.
  const named = (config.controls ?? []).some(({ name }) => name === MODEL);
  const loading = beginLoading(definition, version, named);
  const plan = { ...tierPlanOf(config, loading.tier), ...(steps && { steps }), ...(meet && { meet }) };
  const { cloud, received } = metered(open(cloudOptionsOf(config)), () => performance.now());
  // One for all invocations: within a control's staleness, data costs no table call.
  const controls = openControls?.(cloud.table, cloud.clock, plan.controls ?? []);
  const { objects } = cloud;
  const predictor = createPredictor({
    tier: loading.tier,
    version,
    objects,
    allowedBuckets,
    ...(controls && { controls }),
  });
  // Makes the SQS client in the init phase, when the processor is at its fastest and nobody waits.
  for (const { queue } of plan.reads) cloud.queue(queue);
  return {
    application,
    name: definition.name,
    cloud,
    received,
    queueOf: readUrls(config),
    handlerOf: (queue, watched) =>
      tierHandler(plan, queue, watched, predictor, { allowedBuckets, ...(controls && { controls }) }),
    guard: drainGuard({ timeoutMs: definition.timing.timeoutMs, whole: definition.predictBatch !== undefined }),
    learns: () => !loading.pending(),
    ready: within(INIT_MS, loading.settled),
  };
}

async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, enough]);
  clearTimeout(timer);
}

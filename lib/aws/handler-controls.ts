import type { ControlDefinition } from '../core/control/definition.ts';
import { CONTROL_TIMING, CONTROLS } from '../core/control/plan.ts';
import type { AnyControl } from '../core/control/types.ts';
import type { ControlPlan } from '../core/plan.ts';
import { controlHandler } from '../runtime/handler.ts';
import { metered } from '../runtime/meter.ts';
import { awsCloud } from './cloud.ts';
import { drainGuard } from './drain.ts';
import { type FunctionConfig, readFunctionConfig } from './function-config.ts';
import type { HandlerOptions } from './handler.ts';
import { cloudOptionsOf, readUrls } from './handler-plan.ts';
import { type SqsHandler, sqsHandler } from './handler-sqs.ts';

/** The Lambda handler that applies an application's control messages, for an event source mapping on their queue. */
export function createControlsHandler(controls: readonly AnyControl[], options: HandlerOptions = {}): SqsHandler {
  const { env = process.env, loaded, cloud: open = (of) => awsCloud(of, loaded) } = options;
  return sqsHandler(() => {
    const config = readFunctionConfig(env);
    const plan = controlPlanOf(config, controls as readonly unknown[] as readonly ControlDefinition[]);
    const { cloud, received } = metered(open(cloudOptionsOf(config)), () => performance.now());
    for (const { queue } of plan.reads) cloud.queue(queue);
    return {
      application: config.application,
      name: CONTROLS,
      cloud,
      received,
      queueOf: readUrls(config),
      handlerOf: (_queue, watched) => controlHandler(plan, watched),
      guard: drainGuard({ timeoutMs: plan.timing.timeoutMs, whole: false }),
      learns: () => true,
      ready: Promise.resolve(),
    };
  }, options);
}

/** The plan the graph made, from what the construct kept of it. */
function controlPlanOf(config: FunctionConfig, controls: readonly ControlDefinition[]): ControlPlan {
  const { application, version, file, deadLetters, limits, again, tiers = { threshold: [], load: [] } } = config;
  const reads = config.reads.map(({ queue }) => ({ queue, kind: 'control' as const }));
  return {
    application,
    name: CONTROLS,
    controls,
    tiers,
    ...(again && { again }),
    version,
    file,
    reads,
    deadLetters,
    timing: CONTROL_TIMING,
    limits,
  };
}

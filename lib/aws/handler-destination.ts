import type { Destination } from '../core/destination.ts';
import { destinationHandler } from '../runtime/handler.ts';
import { metered } from '../runtime/meter.ts';
import { awsCloud } from './cloud.ts';
import { drainGuard } from './drain.ts';
import { readFunctionConfig } from './function-config.ts';
import type { HandlerOptions } from './handler.ts';
import { cloudOptionsOf, destinationPlanOf, readUrls } from './handler-plan.ts';
import { type SqsHandler, sqsHandler } from './handler-sqs.ts';

/** The Lambda handler of an application's destination, for an event source mapping on the answers queue. */
export function createDestinationHandler(destination: Destination, options: HandlerOptions = {}): SqsHandler {
  const { env = process.env, cloud: open = awsCloud } = options;
  return sqsHandler(() => {
    const config = readFunctionConfig(env);
    const plan = destinationPlanOf(config, destination);
    const { cloud, received } = metered(open(cloudOptionsOf(config)), () => performance.now());
    for (const { queue } of plan.reads) cloud.queue(queue);
    return {
      application: config.application,
      name: destination.name,
      cloud,
      received,
      queueOf: readUrls(config),
      handlerOf: (_queue, watched) => destinationHandler(plan, watched),
      guard: drainGuard({ timeoutMs: destination.timing.timeoutMs, whole: false }),
      learns: () => true,
      ready: Promise.resolve(),
    };
  }, options);
}

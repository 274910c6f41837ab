import { isPromise } from '../core/json.ts';
import { ANSWERS, type DestinationPlan, type Graph, type TierPlan } from '../core/plan.ts';
import { controlReader } from '../runtime/controls/reader.ts';
import { type BatchHandler, controlHandler, destinationHandler, tierHandler } from '../runtime/handler.ts';
import { listenerPlan } from '../runtime/listener.ts';
import { createPredictor } from '../runtime/predictor.ts';
import { watchedReader } from './control-watch.ts';
import { startFleet } from './fleet.ts';
import { watchedObjects } from './lazy-watch.ts';
import type { Outside } from './outside.ts';
import type { Process } from './process.ts';
import { startSweep } from './sweep.ts';
import { type Shared, simulatedTier, taskTroubles } from './tasks.ts';
import type { World } from './world.ts';

/** Invocations of one tier at a time where the tier does not say. */
const CONCURRENCY = 4;
/** Longest virtual time that a batch of predictions takes where nothing is wrong. */
const PREDICT_MS = 80;

/** What runs in a world. */
export interface Inhabitants {
  readonly world: World;
  /** Processes run one or the other. */
  readonly graphs: readonly [Graph, Graph];
  readonly outside: Outside;
  readonly shared: Shared | undefined;
}

/** Something that has work in hand, or not. */
export interface Busy {
  busy(): number;
}

/** Starts every tier, the destination, the function that applies controls, and the sweep of the table. */
export function startTiers(inhabitants: Inhabitants): readonly Busy[] {
  const { world, graphs } = inhabitants;
  const [graph] = graphs;
  const fleets = graph.tiers.map((plan, i) =>
    startFleet({
      world,
      name: plan.tier.name,
      queues: plan.reads.map(({ queue }) => queue),
      limits: plan.limits,
      timing: plan.tier.timing,
      concurrency: plan.tier.maxConcurrency ?? CONCURRENCY,
      start: (process) => tierProcess(inhabitants, versionOf(world, graphs).tiers[i]!, process),
    }),
  );
  const destination = graph.destination ?? listenerPlan(graph.application, () => undefined);
  return [
    ...fleets,
    ...startControls(inhabitants),
    startSweep(world, graph),
    startFleet({
      world,
      name: destination.destination.name,
      queues: [ANSWERS],
      limits: destination.limits,
      timing: destination.destination.timing,
      concurrency: CONCURRENCY,
      start: (process) => destinationProcess(inhabitants, destination, process),
    }),
  ];
}

function startControls({ world, graphs }: Inhabitants): readonly Busy[] {
  const plan = graphs[0].controls;
  if (!plan) return [];
  return [
    startFleet({
      world,
      name: plan.name,
      queues: plan.reads.map(({ queue }) => queue),
      limits: plan.limits,
      timing: plan.timing,
      concurrency: CONCURRENCY,
      start: ({ cloud }) => {
        const handle = controlHandler(versionOf(world, graphs).controls!, cloud);
        return () => handle;
      },
    }),
  ];
}

/** A new process runs the graph as it is or as it is deployed next. */
function versionOf(world: World, graphs: readonly [Graph, Graph]): Graph {
  return graphs[world.faults.at('versions', 'processes')() === undefined ? 0 : 1];
}

function tierProcess({ world, outside, shared }: Inhabitants, plan: TierPlan, process: Process) {
  const { cloud } = process;
  const simulated = { ...plan, tier: simulatedTier(plan, { world, outside, process, shared }) };
  const draws = world.draws(`model of ${process.name}`);
  const controls = watchedReader(controlReader(cloud.table, cloud.clock, plan.controls ?? []), world, process);
  const predictor = createPredictor({
    tier: simulated.tier,
    version: plan.version,
    objects: cloud.objects,
    clock: cloud.clock,
    controls,
  });
  const slow: typeof predictor = {
    ...predictor,
    async predict(requests) {
      await cloud.clock.sleep(PREDICT_MS * draws.next() ** 3);
      return predictor.predict(requests);
    },
  };
  const handlers = new Map<string, BatchHandler>();
  for (const { queue } of plan.reads) handlers.set(queue, tierHandler(simulated, queue, cloud, slow, { controls }));
  return (queue: string): BatchHandler => handlers.get(queue)!;
}

function destinationProcess({ world, outside }: Inhabitants, plan: DestinationPlan, process: Process) {
  const { name, handler } = plan.destination;
  const troubles = taskTroubles(world, name);
  const simulated: DestinationPlan = {
    ...plan,
    destination: {
      ...plan.destination,
      async handler(answer) {
        await troubles.before([answer.flowId]);
        const pending = outside.begin(process);
        const objects = watchedObjects(answer.objects, answer.flowId, { world, process, tier: name, pending });
        const handled = handler({ ...answer, objects });
        if (isPromise(handled)) await outside.follow(handled, pending);
        const { id, flowId, tier, version, output, controls } = answer;
        world.tell(process.name, {
          did: 'answer',
          id,
          flow: flowId,
          tier,
          version,
          output,
          ...(controls && { controls }),
        });
      },
    },
  };
  const handle = destinationHandler(simulated, process.cloud);
  return (): BatchHandler => handle;
}

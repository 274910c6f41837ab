import { isPromise } from '../core/json.ts';
import type { ControlPlan, DestinationPlan, Graph, TierPlan } from '../core/plan.ts';
import { controlReader } from '../runtime/controls/reader.ts';
import { type BatchHandler, controlHandler, destinationHandler, tierHandler } from '../runtime/handler.ts';
import { listenerPlan } from '../runtime/listener.ts';
import { createPredictor } from '../runtime/predictor.ts';
import { watchedReader } from './control-watch.ts';
import { planIn } from './deployment.ts';
import { type Program, startFleet } from './fleet.ts';
import { watchedObjects } from './lazy-watch.ts';
import type { Outside } from './outside.ts';
import type { Process } from './process.ts';
import type { Runs } from './runs.ts';
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
  readonly runs: Runs;
  readonly outside: Outside;
  readonly shared: Shared | undefined;
  /** True once all processes run what stays of two graphs. */
  readonly isDeployed: () => boolean;
}

/** Something that has work in hand, or not. */
export interface Busy {
  busy(): number;
}

/** Starts every tier, the destination, the function that applies controls, and the sweep of the table. */
export function startTiers(inhabitants: Inhabitants): readonly Busy[] {
  const { world, runs } = inhabitants;
  const { tiers, controls } = runs.deployment.whole;
  return [
    ...tiers.map(({ tier }) =>
      startProcesses(inhabitants, {
        name: tier.name,
        timing: tier.timing,
        concurrency: tier.maxConcurrency ?? CONCURRENCY,
        planIn: (graph) => planIn(graph, tier.name),
        start: (plan, process) => tierProcess(inhabitants, plan, process),
      }),
    ),
    ...(controls ? [startControls(inhabitants, controls)] : []),
    startSweep(world, () => chosenGraph(inhabitants, 'sweeps')),
    startDestination(inhabitants),
  ];
}

function startControls(inhabitants: Inhabitants, { name, timing }: ControlPlan): Busy {
  return startProcesses(inhabitants, {
    name,
    timing,
    concurrency: CONCURRENCY,
    planIn: ({ controls }) => controls,
    start: (plan, { cloud }) => {
      const handle = controlHandler(plan, cloud);
      return () => handle;
    },
  });
}

function startDestination(inhabitants: Inhabitants): Busy {
  const planIn = ({ destination, application }: Graph): DestinationPlan =>
    destination ?? listenerPlan(application, () => undefined);
  const { name, timing } = planIn(inhabitants.runs.deployment.whole).destination;
  return startProcesses(inhabitants, {
    name,
    timing,
    concurrency: CONCURRENCY,
    planIn,
    start: (plan, process) => destinationProcess(inhabitants, plan, process),
  });
}

/** What the processes of one tier, of the destination or of the function for controls have in common. */
interface Kind<P> {
  readonly name: string;
  readonly timing: { readonly batchSize: number; readonly windowMs: number };
  readonly concurrency: number;
  readonly planIn: (graph: Graph) => P | undefined;
  readonly start: (plan: P, process: Process) => (queue: string) => BatchHandler;
}

type Plan = Pick<TierPlan | DestinationPlan | ControlPlan, 'reads' | 'limits'>;

/** Processes that run what either graph says of them: a new one that which is chosen for it. */
function startProcesses<P extends Plan>(inhabitants: Inhabitants, kind: Kind<P>): Busy {
  const { world, runs, isDeployed } = inhabitants;
  const { before, after, stays, endsOther } = runs.deployment;
  const programOf = (graph: Graph): Program | undefined => {
    const plan = kind.planIn(graph);
    return (
      plan && {
        queues: plan.reads.map(({ queue }) => queue),
        limits: plan.limits,
        start(process) {
          runs.begin(process.name, graph);
          if (graph === after) world.tell(process.name, { did: 'run next' });
          return kind.start(plan, process);
        },
      }
    );
  };
  const programs = new Map([before, after].map((graph) => [graph, programOf(graph)] as const));
  const all = [...programs.values()].filter((program) => program !== undefined);
  const { name, timing, concurrency } = kind;
  return startFleet({
    world,
    name,
    timing,
    concurrency,
    programs: all,
    choose: () => programs.get(chosenGraph(inhabitants, 'processes')) ?? all[0]!,
    counts: (program) => !endsOther || !isDeployed() || program === (programs.get(stays) ?? program),
  });
}

/** What a new process runs: the graph as it is, or as it is deployed next; once that is over, the one that stays. */
function chosenGraph({ world, runs, isDeployed }: Inhabitants, of: 'processes' | 'sweeps'): Graph {
  const { before, after, stays } = runs.deployment;
  if (isDeployed()) return stays;
  return world.faults.at('versions', of)() === undefined ? before : after;
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
      handler(answer) {
        const { id, flowId, tier, version, output, controls } = answer;
        const hang = troubles.before([flowId]);
        if (hang) return hang;
        const pending = outside.begin(process);
        const objects = watchedObjects(answer.objects, flowId, { world, process, tier: name, pending });
        const answered = (): void =>
          world.tell(process.name, {
            did: 'answer',
            id,
            flow: flowId,
            tier,
            version,
            output,
            ...(controls && { controls }),
          });
        const handled = handler({ ...answer, objects });
        return isPromise(handled) ? outside.follow(handled, pending).then(answered) : answered();
      },
    },
  };
  const handle = destinationHandler(simulated, process.cloud);
  return (): BatchHandler => handle;
}

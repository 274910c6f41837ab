import type { ControlModule, TypesOfControl } from '../core/control/types.ts';
import { type Duration, toMs } from '../core/duration.ts';
import { rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { TierModule, TypesOf } from '../core/tier-types.ts';
import type { Cloud } from '../ports/cloud.ts';
import { type Client, connect } from '../runtime/client.ts';
import { type ControlClient, connectControl } from '../runtime/controls/client.ts';
import { type DeadLetterFilter, deadLetterSources, redriveDeadLetters } from '../runtime/dead-letters.ts';
import type { Sent } from '../runtime/send-options.ts';
import { type ApplicationOptions, deploymentOf } from './application.ts';
import { atOnce, cloudOver } from './cloud-over.ts';
import type { Deployment } from './deployment.ts';
import { type Endings, endingsIn } from './ends.ts';
import type { FaultKey, FaultRates } from './faults.ts';
import { FAULTS } from './faults.ts';
import { type Broken, lawsOf } from './laws/all.ts';
import { requireFaults, requireKnown, requireNextIsRun, requireSeed } from './options.ts';
import { createOutside, quiet } from './outside.ts';
import { createRedriver } from './redriver.ts';
import { runsOf } from './runs.ts';
import { takeBack } from './taken-back.ts';
import type { Shared } from './tasks.ts';
import { startTiers } from './tiers.ts';
import { viewOf, type WorldView } from './view.ts';
import { createWorld } from './world.ts';

/** What to simulate, and under which faults. */
export type SimulateOptions = ApplicationOptions & {
  /** Everything that is left to chance follows from it. Default 1. */
  readonly seed?: number;
  /** How often which fault happens; `'all'` for each at its usual rate. Default: none happens. */
  readonly faults?: FaultRates | 'all';
  /** How long faults happen, from the beginning on; then the world heals. Default `'2h'`. */
  readonly faultsFor?: Duration;
  /** When it begins. Default: 1 January 2026. */
  readonly start?: Date;
};

/** An application in a world of its own, in which no time passes but by `advance` and `drain`. */
export interface Simulation extends WorldView {
  /** Sends a flow, as `connect(…).send` does. */
  send<M extends TierModule = TierModule>(
    entry: TypesOf<M['default']>['entry'],
    ...args: Parameters<Client<TypesOf<M['default']>>['send']>
  ): Promise<Sent>;
  /** Sends control messages, as `connectControl` does, and looks at what is set. */
  control<M extends ControlModule = ControlModule>(
    name: TypesOfControl<M['default']>['name'],
  ): ControlClient<TypesOfControl<M['default']>>;
  /** Sends dead letters back to where they came from, as `sluice dlq redrive` does; how many. */
  redrive(filter?: DeadLetterFilter): Promise<number>;
  /** Lets time pass, and everything happen that happens meanwhile. */
  advance(time: Duration): Promise<void>;
  /** Lets time pass until no message waits, no task runs and no half is parked. */
  drain(): Promise<void>;
  /** Lets time pass until nothing is left that could happen: marks have expired as well. The laws have their last word. */
  end(): Promise<void>;
  /** The cloud of this world, for clients; its calls never fail. */
  readonly cloud: Cloud;
}

/** What only the machinery around a simulation may ask for. */
export interface Inner {
  readonly only?: ReadonlySet<FaultKey>;
  readonly shared?: Shared;
  /** Called after each step. */
  readonly onStep?: (view: WorldView) => void;
}

type Doing = Omit<Simulation, keyof WorldView>;

/** More events than any application needs to come to rest. */
const MOST_STEPS = 1_000_000;

/**
 * Puts an application in a world of virtual time, in which everything left to chance follows from one seed: the order of
 * events, how long calls take, and the faults that are asked for.
 *
 * @throws SluiceError `option-unknown`, `option-invalid`, `graph-*`
 * @example
 * ```ts
 * import { defineTier } from 'sluice';
 * import { simulate } from 'sluice/testing';
 * import * as z from 'zod';
 *
 * const Text = z.object({ text: z.string() });
 * const length = defineTier({ name: 'length', input: Text, output: z.number(), predict: ({ data }) => data.text.length });
 * const world = await simulate({ tiers: [length], seed: 7, faults: { crash: 0.1, duplicate: 0.1 } });
 * await world.send('length', { text: 'the quick brown fox' }, { flowId: 'fox-1' });
 * await world.drain();
 * console.log(world.flow('fox-1').end, world.flow('fox-1').answer?.output); // answered 19
 * ```
 */
export async function simulate(options: SimulateOptions): Promise<Simulation> {
  requireSimulateOptions(options);
  return simulateInside(await deploymentOf(options), options, {});
}

const KEYS = ['application', 'tiers', 'destination', 'controls', 'next', 'seed', 'faults', 'faultsFor', 'start'];

function requireSimulateOptions(options: SimulateOptions): void {
  rejectUnknownKeys(options, KEYS, 'simulate');
  const { seed = 1, faults = {}, start } = options;
  requireSeed(seed, 'simulate', 'seed');
  requireFaults(faults, ['all'], 'simulate');
  requireNextIsRun(options.next, faults, 'simulate');
  const isDate = start === undefined || (start instanceof Date && !Number.isNaN(start.getTime()));
  requireOption(isDate, 'simulate', 'start', start, 'a date');
}

/** A simulation of graphs that are built already. */
export function simulateInside(
  deployment: Deployment,
  options: Omit<SimulateOptions, keyof ApplicationOptions>,
  inner: Inner,
): Simulation & { faults(): readonly FaultKey[]; endings(): Endings; startRedrive(): void } {
  const { seed = 1, start = new Date(Date.UTC(2026, 0, 1)), faultsFor = '2h' } = options;
  const rates = options.faults === 'all' ? FAULTS : (options.faults ?? {});
  const broken: Broken[] = [];
  const faultsMs = toMs(faultsFor, 'faultsFor of simulate');
  const runs = runsOf(deployment);
  const graph = deployment.whole;
  const laws = lawsOf(runs, (one) => broken.push(one));
  const world = createWorld({
    seed,
    start: start.getTime(),
    queues: graph.queues,
    rates,
    faultsMs,
    ...(inner.only && { only: inner.only }),
    onFact: (fact) => laws.hear(fact, world),
  });
  const outside = createOutside();
  const isTakenBack = takeBack(deployment, world, faultsMs);
  const isDeployed = (): boolean => world.healed() || isTakenBack();
  const fleets = startTiers({ world, runs, outside, shared: inner.shared, isDeployed });
  const clock = { now: () => Math.floor(world.schedule.now()), sleep: async () => undefined };
  const cloud = cloudOver(world, 'client', atOnce, clock);
  const working = graph.queues.filter(({ name }) => !name.endsWith('.dlq')).map(({ name }) => world.queues.get(name)!);
  const view = viewOf(world, graph, broken);

  const isIdle = (): boolean =>
    working.every((queue) => queue.messages.length === 0) &&
    fleets.every((fleet) => fleet.busy() === 0) &&
    world.table.halves() === 0;
  async function run(goOn: () => boolean, until?: number): Promise<void> {
    const most = world.schedule.steps() + MOST_STEPS;
    do {
      await quiet();
      if (outside.any()) await outside.wait();
      inner.onStep?.(view);
      if (world.schedule.steps() > most) throw new Error(`the world does not come to rest (seed ${seed})`);
    } while (goOn() && world.schedule.step(until));
  }
  const clients = new Map<string, Client<TypesOf<TierModule['default']>>>();
  function clientOf(entry: string): Client<TypesOf<TierModule['default']>> {
    const known = clients.get(entry) ?? connect<TierModule>(entry, { cloud });
    clients.set(entry, known);
    return known;
  }
  const doing: Doing = {
    cloud,
    async send(entry, ...args) {
      const client = clientOf(entry);
      return client.send(...(args as unknown as Parameters<typeof client.send>));
    },
    async redrive(filter = {}) {
      rejectUnknownKeys(filter, ['id', 'flow', 'tier', 'code'], 'redrive');
      const sources = deadLetterSources(graph);
      if (filter.tier !== undefined)
        requireKnown(
          filter.tier,
          sources.map(({ tier }) => tier),
          'tier',
        );
      const { done } = await redriveDeadLetters(cloud, sources, filter);
      return done.length;
    },
    control: (name) => connectControl(name, { cloud }),
    async advance(time) {
      const until = world.schedule.now() + toMs(time, 'time of advance');
      await run(() => true, until);
      world.schedule.pass(until);
    },
    drain: () => run(() => !isIdle()),
    async end() {
      await run(() => true);
      laws.end(world);
    },
  };
  const redriver = createRedriver(world, () => deadLetterSources(graph));
  return Object.assign(view, doing, {
    faults: () => world.faults.happened,
    endings: () => endingsIn(world, graph),
    startRedrive: redriver.start,
  });
}

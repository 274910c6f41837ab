import { policyOf } from '../core/control/missing.ts';
import { MODEL } from '../core/control/model.ts';
import type { Gate, GateName } from '../core/drop.ts';
import { RetryableError, TerminalError } from '../core/errors.ts';
import { type Awaitable, isPromise } from '../core/json.ts';
import type { TierPlan } from '../core/plan.ts';
import type { Schema } from '../core/schema.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { LoadContext, PredictContext, TierTypes } from '../core/tier-types.ts';
import { flowOfControl } from '../runtime/controls/client.ts';
import { withWatchedControls } from './control-watch.ts';
import { type Watcher, watched, watchedObjects } from './lazy-watch.ts';
import type { Outside } from './outside.ts';
import type { Process } from './process.ts';
import { onceForEachInput, type Predictions } from './pure.ts';
import type { World } from './world.ts';

type Context = PredictContext<TierTypes, unknown>;

/** What worlds share where tasks are pure. Otherwise each process loads its own model, as in production. */
export interface Shared {
  readonly models: Map<TierDefinition, Promise<unknown>>;
  /** Predictions made so far. */
  readonly predictions: Predictions;
}

/** What simulated tasks need beside the tier. */
export interface TaskSurroundings {
  readonly world: World;
  readonly outside: Outside;
  readonly process: Process;
  readonly shared: Shared | undefined;
}

/** The tier with its tasks in the simulator's hands: what they do is told, and they may fail. */
export function simulatedTier(plan: TierPlan, around: TaskSurroundings): TierDefinition {
  const { tier } = plan;
  const { world, outside, process, shared } = around;
  const troubles = taskTroubles(world, tier.name);
  const scores = new Map<unknown, number[]>();

  const run = <R>(contexts: readonly Context[], predict: (contexts: readonly Context[]) => R): R => {
    for (const { flowId, state } of contexts) {
      const seen = state as { readonly key: string; readonly version: number } | undefined;
      const own = seen && { state: { key: seen.key, version: seen.version } };
      world.tell(process.name, { did: 'predict', tier: tier.name, flow: flowId, ...own });
    }
    const hang = troubles.before(contexts.map(({ flowId }) => flowId));
    if (hang) return hang as R;
    const pending = outside.begin(process);
    const watcher = { ...around, tier: tier.name, pending };
    const watch = (context: Context): Context => {
      const seen = watched(context, watcher);
      return tier.controls ? withWatchedControls(seen, tier.controls, watcher) : seen;
    };
    const output = predict(contexts.map(watch));
    if (!isPromise(output as never)) return output;
    if (tier.controls) tellOfMisses(output as Promise<unknown>, contexts, watcher);
    return outside.follow(output as Promise<unknown>, pending) as R;
  };
  const { predictBatch, satisfied, gates, load } = tier;
  // What a control or a state says is no part of the input.
  const isPure = shared !== undefined && !tier.controls && !tier.state;
  const predict = tier.predict && isPure ? onceForEachInput(tier.name, tier.predict, shared.predictions) : tier.predict;
  return {
    ...tier,
    ...(load && {
      load(context) {
        const pending = outside.begin(process);
        const seen = withWatchedModel(context, { ...around, tier: tier.name, pending });
        return outside.follow(loadModel(tier, around, seen), pending);
      },
    }),
    ...(predict && {
      predict: (context) => {
        const output = run([context], ([first]) => predict(first!));
        return troubles.nonsense(tier.output, output);
      },
    }),
    ...(predictBatch && {
      predictBatch: (contexts) => troubles.nonsenseAmong(tier.output, run(contexts, predictBatch)),
    }),
    ...(satisfied && {
      satisfied: {
        ...satisfied,
        score(x) {
          const score = troubles.score(satisfied.score(x));
          scores.set(x.output, [...(scores.get(x.output) ?? []), score]);
          return score;
        },
      },
    }),
    ...(gates && { gates: simulatedGates(gates, around, tier.name, scores) }),
  };
}

/** The same context; while a model's file is on its way nobody outside is waited for. */
function withWatchedModel(context: LoadContext, watcher: Watcher): LoadContext {
  if (!context.model) return context;
  const { object } = watchedObjects({ object: context.model.object }, flowOfControl(MODEL), watcher);
  return { ...context, model: { ...context.model, object: object! } };
}

/** A prediction that ended for want of a control says so. */
function tellOfMisses(output: Promise<unknown>, contexts: readonly Context[], watcher: Watcher): void {
  const { world, process, tier } = watcher;
  output.catch((error: unknown) => {
    const policy = policyOf(error);
    if (policy)
      for (const { flowId } of contexts) world.tell(process.name, { did: 'miss', tier, flow: flowId, policy });
  });
}

async function loadModel(
  tier: TierDefinition,
  { world, shared }: TaskSurroundings,
  context: LoadContext,
): Promise<unknown> {
  if (world.faults.at('throws', `load of ${tier.name}`)() !== undefined) throw new Error('a simulated fault of load');
  // A model that a control names is another one each time.
  if (context.model) return tier.load!(context);
  const known = shared?.models.get(tier);
  if (known) return known;
  const load = async (): Promise<unknown> => tier.load!(context);
  const model = load();
  shared?.models.set(tier, model);
  model.catch(() => shared?.models.delete(tier));
  return model;
}

function simulatedGates(
  gates: NonNullable<TierDefinition['gates']>,
  { world, outside, process }: TaskSurroundings,
  tier: string,
  scores: ReadonlyMap<unknown, readonly number[]>,
): NonNullable<TierDefinition['gates']> {
  const watch = (name: GateName, gate: Gate<unknown>): Gate<unknown> => {
    return (value, context) => {
      const known = name === 'destination' || name === 'escalate' ? scores.get(value) : undefined;
      const flow = context.flowId;
      world.tell(process.name, { did: 'gate', tier, flow, gate: name, ...(known && { scores: known }) });
      const output = gate(value, context);
      return isPromise(output) ? outside.follow(output, outside.begin(process)) : output;
    };
  };
  return Object.fromEntries(
    (Object.entries(gates) as [GateName, Gate<unknown>][]).map(([name, gate]) => [name, watch(name, gate)]),
  );
}

/** Made once: where they were thrown tells nobody anything, and is dear to find out. */
const FAULT = new Error('a simulated fault of the task');
const FINAL = new TerminalError('a simulated fault that is final for this flow');
const WAITS = [2_000, 2_500, 3_000, 3_500].map((afterMs) => new RetryableError(FAULT.message, { afterMs }));

/** What can go wrong in a task of a tier or a destination. */
export interface TaskTroubles {
  /** Throws, or returns a promise that never settles, where one of these flows is in trouble. */
  before(flows: readonly string[]): Promise<never> | undefined;
  /** The output, or one that the schema refuses. */
  nonsense<T>(schema: Schema, output: T): T;
  /** The outputs of a batch, or all but one of them and one that the schema refuses. */
  nonsenseAmong(schema: Schema, outputs: Awaitable<readonly unknown[]>): Awaitable<readonly unknown[]>;
  score(score: number): number;
}

export function taskTroubles(world: World, name: string): TaskTroubles {
  const { faults } = world;
  const throws = faults.at('throws', name);
  const hang = faults.at('hang', name);
  const nonsense = faults.at('nonsense', name);
  const wrongScore = faults.at('nonsense', `score of ${name}`);
  return {
    before(flows) {
      if (faults.can('throws') && flows.some((flow) => isFinal(world, name, flow))) throw FINAL;
      const how = throws();
      if (how !== undefined) throw how < 0.5 ? FAULT : WAITS[Math.floor((2 * how - 1) * WAITS.length)];
      return hang() === undefined ? undefined : new Promise<never>(() => undefined);
    },
    nonsense(schema, output) {
      if (nonsense() === undefined) return output;
      const refused = NONSENSE.find((value) => refuses(schema, value));
      return refused === undefined ? output : (refused.value as typeof output);
    },
    nonsenseAmong(schema, outputs) {
      const how = nonsense();
      const refused = how !== undefined && NONSENSE.find((value) => refuses(schema, value));
      if (!refused) return outputs;
      const spoilt = (all: readonly unknown[]): readonly unknown[] =>
        all.with(Math.floor(how * all.length), refused.value);
      return isPromise(outputs) ? outputs.then(spoilt) : spoilt(outputs);
    },
    score: (score) => (wrongScore() === undefined ? score : Number.NaN),
  };
}

const finals = new WeakMap<World, Map<string, boolean>>();

/** Whether a task always fails for a flow: decided once, as whatever is wrong with its data does not go away. */
function isFinal(world: World, name: string, flow: string): boolean {
  const known = finals.get(world) ?? new Map<string, boolean>();
  finals.set(world, known);
  const key = `${name} ${flow}`;
  const decided = known.get(key);
  if (decided !== undefined) return decided;
  const how = world.faults.at('throws', `${name} on ${flow}`)();
  const final = how !== undefined && how < 0.3;
  known.set(key, final);
  return final;
}

const NONSENSE = [null, 'nonsense', -1, {}].map((value) => ({ value }));

function refuses(schema: Schema, { value }: { readonly value: unknown }): boolean {
  const result = schema['~standard'].validate(value);
  return !isPromise(result) && result.issues !== undefined;
}

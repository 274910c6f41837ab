import type { Gate, GateName } from '../core/drop.ts';
import { RetryableError, TerminalError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import type { TierPlan } from '../core/plan.ts';
import type { Schema } from '../core/schema.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { PredictContext, TierTypes } from '../core/tier-types.ts';
import { watched } from './lazy-watch.ts';
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
    for (const { flowId } of contexts) world.tell(process.name, { did: 'predict', tier: tier.name, flow: flowId });
    const hang = troubles.before(contexts.map(({ flowId }) => flowId));
    if (hang) return hang as R;
    const pending = outside.begin(process);
    const output = predict(contexts.map((context) => watched(context, { ...around, tier: tier.name, pending })));
    return isPromise(output as never) ? (outside.follow(output as Promise<unknown>, pending) as R) : output;
  };
  const { predictBatch, satisfied, gates, load } = tier;
  const predict = tier.predict && shared ? onceForEachInput(tier.name, tier.predict, shared.predictions) : tier.predict;
  return {
    ...tier,
    ...(load && { load: (context) => outside.follow(loadModel(tier, around, context), outside.begin(process)) }),
    ...(predict && {
      predict: (context) => {
        const output = run([context], ([first]) => predict(first!));
        return troubles.nonsense(tier.output, output);
      },
    }),
    ...(predictBatch && { predictBatch: (contexts) => run(contexts, predictBatch) }),
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

async function loadModel(
  tier: TierDefinition,
  { world, shared }: TaskSurroundings,
  context: { readonly version: string },
): Promise<unknown> {
  if (world.faults.at('throws', `load of ${tier.name}`)() !== undefined) throw new Error('a simulated fault of load');
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

/** What can go wrong in a task of a tier or a destination. */
export interface TaskTroubles {
  /** Throws, or returns a promise that never settles, where one of these flows is in trouble. */
  before(flows: readonly string[]): Promise<never> | undefined;
  /** The output, or one that the schema refuses. */
  nonsense<T>(schema: Schema, output: T): T;
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
      for (const flow of flows) {
        if (isFinal(world, name, flow)) throw new TerminalError(`a simulated fault that is final for flow ${flow}`);
      }
      const how = throws();
      if (how !== undefined && how < 0.5) throw new Error('a simulated fault of the task');
      if (how !== undefined) throw new RetryableError('a simulated fault of the task', { afterMs: 4_000 * how });
      return hang() === undefined ? undefined : new Promise<never>(() => undefined);
    },
    nonsense(schema, output) {
      if (nonsense() === undefined) return output;
      const refused = NONSENSE.find((value) => refuses(schema, value));
      return refused === undefined ? output : (refused.value as typeof output);
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

import { askIfMoved } from '../control/again-first.ts';
import { catchUp, heardOf, keep, toldOf } from '../control/again-item.ts';
import { SluiceError, toError } from '../errors.ts';
import { derivedId } from '../identity.ts';
import type { Json } from '../json.ts';
import type { TierPlan } from '../plan.ts';
import type { Work } from '../step/arrive.ts';
import { type AskedState, type Predicted, read, type Step, turn, validated } from '../step/effects.ts';
import { placeOf, type Story, write } from '../step/story.ts';
import type { Item } from '../table-update.ts';
import { afterInput, stateKey, usedBy } from './item.ts';
import type { StateDefinition } from './types.ts';

const MAX_KEY_BYTES = 1_024;

/**
 * Predicts with the tier's state for this data's key, and keeps prediction and state in one conditional write that names
 * the input. Delivered again, the input finds its prediction there and changes nothing; where another instance was quicker,
 * it is predicted on again with the state which that one left.
 */
export function* predictWithState(
  story: Story,
  plan: TierPlan,
  work: Work,
  state: StateDefinition,
  predict: (state: AskedState) => Step<Predicted>,
): Step<Predicted> {
  const key = keyOf(story, state, work);
  const itemKey = stateKey(plan.tier.name, key);
  const input = derivedId(...story.inputs.map(({ id }) => id), plan.tier.name);
  yield* turn(itemKey);
  story.calls.table += 1;
  let item: Item | undefined = yield* read(itemKey);
  let beside: Input['beside'];
  for (;;) {
    const before = usedBy(item, input);
    // Its first delivery may have died before it looked.
    if (before && plan.tier.reevaluateOnControl) yield* askIfMoved(story, plan, key, heardOf(item));
    if (before) return before;
    yield* catchUp(story, plan, key, item);
    beside ??= yield* keep(story, plan, key);
    const tried = yield* workIn(story, plan, state, item, { key, input, predict, ...(beside && { beside }) });
    if ('predicted' in tried) {
      const { predicted } = tried;
      if (!item && beside) yield* askIfMoved(story, plan, key, toldOf(plan, key, predicted));
      return predicted;
    }
    item = tried.left;
  }
}

/** An input on its way into a state. */
interface Input {
  readonly key: string;
  readonly input: string;
  readonly predict: (state: AskedState) => Step<Predicted>;
  /** What is remembered of its output, where that is more than the output. */
  readonly remembered?: (output: unknown) => unknown;
  /** What is kept beside the state. */
  readonly beside?: (item: Item | undefined, predicted: Predicted) => Item;
}

/** One try to work an input into a state: its prediction, or what another writer left meanwhile. */
export function* workIn(
  story: Story,
  plan: TierPlan,
  state: StateDefinition,
  item: Item | undefined,
  { key, input, predict, remembered, beside }: Input,
): Step<{ readonly predicted: Predicted } | Left> {
  const version = Number(item?.version ?? 0);
  const value = yield* checked(story, state, item ? item.value : state.initial, 'the state kept');
  const predicted = yield* predict({ key, value, version });
  // A shadow is no input: it sees the state and leaves it as it is.
  if (story.envelope!.audit) return { predicted };
  const next = predicted.state
    ? yield* checked(story, state, predicted.state.value, 'what state.set was given')
    : (item?.value ?? state.initial);
  const kept = remembered ? { ...predicted, output: remembered(predicted.output) } : predicted;
  const after = { value: next as Json, input, predicted: kept };
  const left = yield* writeState(story, stateKey(plan.tier.name, key), item, {
    ...afterInput(item, after, state.remember),
    ...beside?.(item, predicted),
  });
  return left ?? { predicted };
}

/** The item that another writer left meanwhile. */
interface Left {
  readonly left: Item | undefined;
}

/** Writes a state under the condition that nobody has since it was read. */
export function* writeState(story: Story, key: string, item: Item | undefined, set: Item): Step<Left | undefined> {
  const version = Number(item?.version ?? 0);
  const written = yield* write(story, {
    key,
    set: { ...set, version: version + 1 },
    when: [version === 0 ? { attribute: 'version', is: 'absent' } : { attribute: 'version', is: '=', value: version }],
  });
  return written.applied ? undefined : { left: written.item };
}

function keyOf(story: Story, { keyBy }: StateDefinition, work: Work): string {
  let key: unknown;
  try {
    key = keyBy({ data: work.data });
  } catch (cause) {
    throw invalid(story, `state.keyBy threw: ${toError(cause).message}`, cause);
  }
  const bytes = typeof key === 'string' ? Buffer.byteLength(key) : 0;
  if (typeof key === 'string' && key.isWellFormed() && bytes >= 1 && bytes <= MAX_KEY_BYTES) return key;
  const got = typeof key === 'string' ? `a text of ${bytes} bytes` : typeof key;
  throw invalid(story, `state.keyBy returned ${got}, and must return 1 to ${MAX_KEY_BYTES} bytes of text`);
}

function* checked(story: Story, { schema }: StateDefinition, value: unknown, what: string): Step<unknown> {
  const result = yield* validated(schema, value);
  if ('value' in result) return result.value;
  throw invalid(story, `${what} does not fit the schema of the state: ${result.problem}`);
}

function invalid(story: Story, problem: string, cause?: unknown): SluiceError {
  return new SluiceError('state-invalid', problem, {
    ...placeOf(story),
    cause,
    fix: 'Correct the tier, then redrive; a schema that changes must still take the states that are kept.',
  });
}

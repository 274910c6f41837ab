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
  for (;;) {
    const before = usedBy(item, input);
    if (before) return before;
    const version = Number(item?.version ?? 0);
    const value = yield* checked(story, state, item ? item.value : state.initial, 'the state kept');
    const predicted = yield* predict({ key, value, version });
    // A shadow is no input: it sees the state and leaves it as it is.
    if (story.envelope!.audit) return predicted;
    const next = predicted.state
      ? yield* checked(story, state, predicted.state.value, 'what state.set was given')
      : (item?.value ?? state.initial);
    const written = yield* write(story, {
      key: itemKey,
      set: afterInput(item, { version: version + 1, value: next as Json, input, predicted }, state.remember),
      when: [
        version === 0 ? { attribute: 'version', is: 'absent' } : { attribute: 'version', is: '=', value: version },
      ],
    });
    if (written.applied) return predicted;
    item = written.item;
  }
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
    ...(cause !== undefined && { cause }),
    fix: 'Correct the tier, then redrive; a schema that changes must still take the states that are kept.',
  });
}

import { SluiceError, toError } from '../errors.ts';
import type { Json } from '../json.ts';
import { jsonProblem } from '../json-problem.ts';
import { didYouMean } from '../nearest.ts';
import type { ControlPlan } from '../plan.ts';
import { readEnvelope } from '../step/arrive.ts';
import { ACK, now, type Outcome, read, type Step, turn, validated } from '../step/effects.ts';
import { fail } from '../step/fail.ts';
import { type Incoming, newStory, placeOf, record, type Story, write } from '../step/story.ts';
import type { Item } from '../table-update.ts';
import { askBelow } from './again-below.ts';
import { askAgain } from './again-send.ts';
import type { ControlDefinition } from './definition.ts';
import { afterChange, type ControlState, shortenedTo, standing, toControlState } from './item.ts';
import { checkControlKey, controlKey, EVERY_KEY } from './keys.ts';
import type { ControlMessage, ControlVersion } from './message.ts';

/**
 * One control message: decode → validate → one conditional write → log → acknowledge. It sends nothing but what asks for data
 * to be worked again. Whatever order messages come in and how often, the version of a key never goes back.
 */
export function* controlStep(plan: ControlPlan, incoming: Incoming): Step<Outcome> {
  const story = newStory(plan, incoming);
  try {
    // Nobody waits for a control as for a flow.
    const { reply: _, control, ...envelope } = yield* readEnvelope(story);
    story.envelope = envelope;
    if (envelope.again) return yield* askBelow(story, plan);
    const definition = definitionOf(story, plan, control!.name);
    const brought = yield* broughtBy(story, definition, control!);
    const key = keyOf(story, plan, definition, control!, brought);
    return yield* apply(story, plan, definition, control!, key, brought);
  } catch (error) {
    return yield* fail(story, error);
  }
}

function definitionOf(story: Story, plan: ControlPlan, name: string): ControlDefinition {
  const found = plan.controls.find((control) => control.name === name);
  if (found) return found;
  const names = plan.controls.map((control) => control.name);
  throw invalid(story, `there is no control "${name}"`, `${didYouMean(name, names)}Controls: ${names.join(', ')}.`);
}

function* broughtBy(story: Story, { name, schema }: ControlDefinition, { value }: ControlMessage): Step<unknown> {
  if (value === undefined) return undefined;
  const result = yield* validated(schema, value);
  if ('value' in result) return result.value;
  throw invalid(story, `the value does not fit the schema of control "${name}": ${result.problem}`);
}

function keyOf(
  story: Story,
  plan: ControlPlan,
  { name, keyBy, ofTiers }: ControlDefinition,
  message: ControlMessage,
  brought: unknown,
): string {
  const named =
    message.key ?? (brought !== undefined && keyBy ? guarded(story, 'keyBy', () => keyBy(brought)) : EVERY_KEY);
  const key = checkControlKey(name, named);
  const names = ofTiers && plan.tiers[ofTiers];
  if (!names || key.endsWith(EVERY_KEY) || names.includes(key)) return key;
  const fix = names.length === 0 ? 'No tier has one.' : `${didYouMean(key, names)}Tiers with one: ${names.join(', ')}.`;
  throw invalid(story, `there is no tier "${key}" with a ${ofTiers}`, fix);
}

/** Reads, changes and writes back; another writer in between is read again. Each refusal is another's success, so it ends. */
function* apply(
  story: Story,
  plan: ControlPlan,
  definition: ControlDefinition,
  message: ControlMessage,
  key: string,
  brought: unknown,
): Step<Outcome> {
  const itemKey = controlKey(definition.name, key);
  yield* turn(itemKey);
  story.calls.table += 1;
  let item: Item | undefined = yield* read(itemKey);
  for (;;) {
    const state = toControlState(item);
    const change = changeFrom(story, definition, message, state, brought, yield* now());
    const stands = standing(state, change);
    if (stands !== 'new') {
      // Its first delivery may have died before it asked.
      if (stands === 'duplicate') yield* askAgain(story, plan, definition.name, key, change.version);
      return yield* passedOver(story, stands, key, change, state!);
    }
    const set = afterChange(state, change, definition.history);
    const written = yield* write(story, {
      key: itemKey,
      set,
      when: [
        state
          ? { attribute: 'version', is: '=', value: state.current.version }
          : { attribute: 'version', is: 'absent' },
      ],
    });
    if (written.applied) {
      story.controls = { [definition.name]: change.version };
      const out = yield* askAgain(story, plan, definition.name, key, change.version);
      const shorter = shortenedTo(state, set, definition.history);
      const short = shorter === undefined ? '' : `; its history is shortened to ${shorter}`;
      const reason = `${keyText(key)}: ${verbOf(change)} as version ${change.version}${short}`;
      yield* record(story, 'applied', { reason, ...(out.length > 0 && { out }) });
      return ACK;
    }
    item = written.item;
  }
}

function changeFrom(
  story: Story,
  { name, reduce, initial, history }: ControlDefinition,
  { version, deleted, restores }: ControlMessage,
  state: ControlState | undefined,
  brought: unknown,
  at: number,
): ControlVersion {
  const own = { version, at, id: story.envelope!.id };
  if (deleted) return { ...own, deleted };
  if (restores !== undefined) {
    const old = state?.history.find((one) => one.version === restores);
    // Passed over below for its version alone; what it restores may have left the history since.
    if (!old && state && version <= state.current.version) return { ...own, restores };
    if (!old) {
      const fix = `Send its value again: at most ${history} versions are kept, and fewer large ones. The value before stays.`;
      throw invalid(story, `version ${restores} of control "${name}" is not in its history`, fix);
    }
    const { value, deleted: gone } = old;
    return { ...own, ...(gone ? { deleted: gone } : { value: value! }), restores: old.restores ?? restores };
  }
  if (!reduce) return { ...own, value: kept(story, 'what the schema made of it', brought) };
  const before = state?.current.value;
  const current = before === undefined ? initial : before;
  const made = guarded(story, 'reduce', () => reduce(current, brought));
  return { ...own, value: kept(story, 'what reduce returned', made) };
}

/** A value that tiers read as it was meant: it is kept, and sent back, as JSON. */
function kept(story: Story, what: string, value: unknown): Json {
  const problem = jsonProblem(value);
  if (problem === undefined) return value as Json;
  throw invalid(story, `${what} is no JSON: it ${problem}`, 'Correct the control, then redrive.');
}

function* passedOver(
  story: Story,
  stands: 'duplicate' | 'stale',
  key: string,
  { version }: ControlVersion,
  { current }: ControlState,
): Step<Outcome> {
  const reason =
    stands === 'duplicate'
      ? `${keyText(key)}: version ${version} was applied before`
      : version === current.version
        ? `${keyText(key)}: version ${version} is there already, from another message`
        : `${keyText(key)}: version ${version} comes after version ${current.version}`;
  yield* record(story, stands, { reason });
  return ACK;
}

function guarded<T>(story: Story, what: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw invalid(story, `${what} threw: ${toError(cause).message}`, `Correct ${what}, then redrive.`, cause);
  }
}

function invalid(story: Story, problem: string, fix?: string, cause?: unknown): SluiceError {
  return new SluiceError('control-invalid', problem, {
    ...placeOf(story),
    fix: fix ?? 'Correct the sender; the value before stays.',
    ...(cause !== undefined && { cause }),
    retry: 'never',
  });
}

const keyText = (key: string): string => (key === EVERY_KEY ? 'all keys' : `key ${JSON.stringify(key.slice(0, 80))}`);
const verbOf = ({ deleted, restores }: ControlVersion): string =>
  restores !== undefined ? `version ${restores} restored` : deleted ? 'deleted' : 'set';

import type { SluiceError } from '../errors.ts';
import { derivedId } from '../identity.ts';
import type { Json } from '../json.ts';
import type { TierPlan } from '../plan.ts';
import { isCount, isText } from '../shapes.ts';
import { stateKey, usedBy } from '../state/item.ts';
import { workIn, writeState } from '../state/step.ts';
import { arrive, readEnvelope, type Work } from '../step/arrive.ts';
import { decide } from '../step/decide.ts';
import { ACK, ended, type Outcome, type Predicted, read, renew, type Step, turn } from '../step/effects.ts';
import { keepPace } from '../step/pace.ts';
import { modelPrediction, nameControls, refuseAgain } from '../step/step.ts';
import { endFlow, record, type Story } from '../step/story.ts';
import type { Item } from '../table-update.ts';
import { hear, heardName, heardOf, newestOf, toldOf } from './again-item.ts';
import { keysFor } from './keys.ts';
import { type Level, levelAt, levelsOf } from './levels.ts';
import { liveThreshold } from './live-threshold.ts';
import { policyOf } from './missing.ts';

/** What asks a tier to work the newest data of a key again: this version of a control counts for the key now. */
export interface Again {
  readonly control: string;
  readonly key: string;
  readonly version: number;
  /** The wildcard that it was set for, where that is not the key itself. */
  readonly under?: string;
  /** Of a wildcard whose keys are to be found: where the message before got to. */
  readonly after?: string;
}

/** One such message at work. */
interface Asked extends Again {
  readonly under: string;
  /** Its id: what comes of it has ids derived from it. */
  readonly message: string;
}

/**
 * Works the newest data of a key again, with what its control says now. State and prediction are kept in one write that
 * names the message, as for data: where it comes again, it sends the same output.
 */
export function* workAgain(story: Story, plan: TierPlan): Step<Outcome> {
  const asked = askedBy(story, plan);
  const itemKey = stateKey(plan.tier.name, asked.key);
  yield* turn(itemKey);
  const item = yield* look(story, itemKey);
  const before = usedBy(item, inputOf(plan, asked));
  return before ? yield* sendAgain(story, plan, asked, before) : yield* attempt(story, plan, asked, item);
}

function askedBy(story: Story, plan: TierPlan): Asked {
  const { again, id } = story.envelope!;
  const { control, key, version, under = key } = (again ?? {}) as Partial<Again>;
  const isAsked = plan.tier.reevaluateOnControl && isText(control) && isText(key) && isCount(version);
  if (!isAsked || !isText(under) || !keysFor(key).includes(under)) return refuseAgain(story);
  const set = under === key ? '' : `, set for ${shown(under)},`;
  story.why = `again: version ${version} of control "${control}"${set} counts for key ${shown(key)}`;
  return { control, key, version, under, message: id };
}

/** The prediction was kept and perhaps never sent. */
function* sendAgain(story: Story, plan: TierPlan, asked: Asked, before: Predicted): Step<Outcome> {
  const { body, output } = before.output as Remembered;
  const work = yield* reopen(story, plan, asked, body);
  return ended(work) ? work : yield* decideAgain(story, plan, work, { ...before, output });
}

/** One try; where another writer is quicker, the next one begins with what that one left. */
function* attempt(story: Story, plan: TierPlan, asked: Asked, item: Item | undefined): Step<Outcome> {
  const { control, key, version, under } = asked;
  const set = yield* levelAt(story, control, under);
  if (set.version < version) {
    return yield* passOver(story, 'dropped', `version ${version} of "${control}" is not there`);
  }
  if (heardOf(item)[heardName(control, under, key)] === set.version) {
    return yield* passOver(story, 'duplicate', `the newest data is decided with version ${set.version} already`);
  }
  const keys = keysFor(key);
  const at = keys.indexOf(under);
  const nearer = yield* levelsOf(story, control, keys.slice(0, at));
  const nearest = nearer.find(({ isSet }) => isSet);
  if (nearest) return yield* passOver(story, 'dropped', `what is set for ${shown(nearest.key)} counts`);
  // What was deleted lets a wildcard above it count again: which one, and in which version, is looked for as well.
  const above = set.isSet ? [] : yield* levelsOf(story, control, keys.slice(at + 1));
  const levels = [...nearer, set, ...above];
  for (const level of levels) yield* renew(control, level.key, level.version);
  const newest = newestOf(item);
  const tried = newest ? yield* work(story, plan, asked, levels, item, newest.body) : undefined;
  if (tried && 'work' in tried) return yield* decideAgain(story, plan, tried.work, tried.predicted);
  if (tried && 'left' in tried) return yield* attempt(story, plan, asked, tried.left);
  if (tried?.end === 'retry') return tried;
  // Nothing came of it; but data that comes later is to know of the version all the same.
  const { initial } = plan.tier.state!;
  const value = (item ? item.value : initial) as Json;
  const refused = yield* writeState(story, stateKey(plan.tier.name, key), item, {
    value,
    ...heard(asked, levels, item),
  });
  if (refused) return yield* attempt(story, plan, asked, refused.left);
  return tried ?? (yield* passOver(story, 'dropped', 'there is no data of the key yet'));
}

type Tried = { readonly work: Work; readonly predicted: Predicted } | { readonly left: Item | undefined } | Outcome;

/** The prediction on the newest data, once it is kept; an outcome where a gate or a missing control ends it. */
function* work(
  story: Story,
  plan: TierPlan,
  asked: Asked,
  levels: readonly Level[],
  item: Item | undefined,
  body: string,
): Step<Tried> {
  try {
    const work = yield* reopen(story, plan, asked, body);
    if (ended(work)) return work;
    const go = yield* keepPace(story, plan, work);
    if (go !== 'go') return go;
    const tried = yield* workIn(story, plan, plan.tier.state!, item, {
      key: asked.key,
      input: inputOf(plan, asked),
      predict: (state) => modelPrediction(story, plan, work, state),
      remembered: (output): Remembered => ({ body, output: output as Json }),
      beside: (_, predicted) => heard(asked, levels, item, toldOf(plan, asked.key, predicted)),
    });
    return 'predicted' in tried ? { work, predicted: tried.predicted } : tried;
  } catch (error) {
    if (!policyOf(error)) throw error;
    // The data was decided on when it came: it is neither kept waiting nor given up for a control that is gone.
    return yield* endFlow(story, 'dropped', (error as SluiceError).problem);
  }
}

/** What is remembered of such a prediction: the data it was made on may have been replaced when it is sent again. */
interface Remembered {
  readonly body: string;
  readonly output: Json;
}

/** Reads kept data as if it came again: it is past its deadline's check, and who waited for it has been told. */
function* reopen(story: Story, plan: TierPlan, asked: Asked, body: string): Step<Work | Outcome> {
  const { reply: _, deadline: __, ...envelope } = yield* readEnvelope(story, body);
  story.envelope = envelope;
  story.inputs = [...story.inputs, { id: asked.message, kind: 'control' }];
  return yield* arrive(story, plan);
}

function* decideAgain(story: Story, plan: TierPlan, work: Work, predicted: Predicted): Step<Outcome> {
  nameControls(story, plan, predicted);
  yield* liveThreshold(story, plan);
  return yield* decide(story, plan, work, predicted);
}

function* passOver(story: Story, decision: 'dropped' | 'duplicate', reason: string): Step<Outcome> {
  yield* record(story, decision, { reason: `${story.why}: ${reason}` });
  return ACK;
}

function* look(story: Story, key: string): Step<Item | undefined> {
  story.calls.table += 1;
  return yield* read(key);
}

const inputOf = (plan: TierPlan, { message }: Asked): string => derivedId(message, plan.tier.name);

/** Numbers may have begun anew: what counts now is what is heard, be it lower. */
function heard(
  { control, key }: Asked,
  levels: readonly Level[],
  item: Item | undefined,
  told: Readonly<Record<string, number>> = {},
): Item {
  const read = levels.filter(({ version }) => version > 0);
  const names = Object.fromEntries(read.map((level) => [heardName(control, level.key, key), level.version]));
  return { heard: { ...hear(item, told), ...names } };
}

const shown = (key: string): string => JSON.stringify(key.slice(0, 80));

import { SluiceError } from '../errors.ts';
import { derivedId } from '../identity.ts';
import type { Json } from '../json.ts';
import { MESSAGES } from '../object-keys.ts';
import type { TierPlan } from '../plan.ts';
import { control, type Predicted, renew, type Step, store } from '../step/effects.ts';
import { placeOf, type Story } from '../step/story.ts';
import type { Item } from '../table-update.ts';
import { keysFor } from './keys.ts';
import type { ControlValue } from './types.ts';

/** An item of DynamoDB may have 400 KB, and is read with each input: what is larger lies in the object store. */
const MAX_BODY_BYTES = 16 * 1_024;

/** The newest data of a key, as it came. */
export interface Newest {
  /** Its event time, ms since the epoch. */
  readonly ts: number;
  readonly body: string;
}

export const newestOf = (item: Item | undefined): Newest | undefined => item?.newest as unknown as Newest | undefined;

/**
 * Versions of controls that a key's newest data is decided with, or has been worked again for: it is told no lower ones. What
 * is set for the key itself stands under the control's name, a wildcard above it under `name#wildcard`.
 */
export const heardOf = (item: Item | undefined): Readonly<Record<string, number>> =>
  (item?.heard ?? {}) as Readonly<Record<string, number>>;

/** The name under which a key hears of what a control says to it, or to a wildcard above it. */
export const heardName = (control: string, level: string, key: string): string =>
  level === key ? control : `${control}#${level}`;

/** Sees to it that a prediction is told no version before those its key has been worked again for. */
export function* catchUp(story: Story, plan: TierPlan, key: string, item: Item | undefined): Step<void> {
  if (!plan.tier.reevaluateOnControl) return;
  const names = new Set<string>();
  for (const [heard, version] of Object.entries(heardOf(item))) {
    const at = heard.indexOf('#');
    const name = at < 0 ? heard : heard.slice(0, at);
    yield* renew(name, at < 0 ? key : heard.slice(at + 1), version);
    names.add(name);
  }
  for (const name of names) {
    const told = story.told?.[`${name}#${key}`];
    if (told) yield* checkStill(story, name, key, told);
  }
}

/** Gates were told before the state could be read: where that was out of date, the data goes back and is let in again. */
function* checkStill(story: Story, name: string, key: string, told: ControlValue): Step<void> {
  const { found, reads } = yield* control(name, key);
  story.calls.table += reads;
  if (found?.version === told.version && found.key === told.key) return;
  throw new SluiceError(
    'control-missing',
    `control "${name}" is another for key ${JSON.stringify(key)} than gates saw`,
    {
      ...placeOf(story),
      fix: 'Nothing: it is looked for again in a moment.',
      details: { control: name, key, beforeControl: 'buffer' },
      retry: 'never',
    },
  );
}

/** What is kept with a state so that its newest data can be worked again: newest by event time, not by arrival. */
export function* keep(
  story: Story,
  plan: TierPlan,
  key: string,
): Step<((item: Item | undefined, predicted: Predicted) => Item) | undefined> {
  if (!plan.tier.reevaluateOnControl || story.envelope!.audit) return undefined;
  const { ts } = story.envelope!;
  const newest: Newest = { ts, body: yield* keepable(story) };
  return (item, predicted) => {
    const before = newestOf(item);
    if (before && before.ts > ts) return {};
    return { newest: newest as unknown as Json, heard: hear(item, toldOf(plan, key, predicted)) };
  };
}

/** A message's body as an item can hold it: a large one as a reference, as large messages travel. */
function* keepable(story: Story): Step<string> {
  const { body } = story.incoming;
  if (Buffer.byteLength(body) <= MAX_BODY_BYTES) return body;
  story.calls.object += 1;
  const { id, flow } = story.envelope!;
  const offloaded = yield* store(`${MESSAGES}${derivedId('newest', id, body)}`, body);
  return JSON.stringify({ v: 1, flow, offloaded });
}

/** What a key has heard of, and hears now. That nothing is set, version 0, says only that the control was asked for. */
export function hear(item: Item | undefined, now: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const heard: Record<string, number> = { ...heardOf(item) };
  for (const [name, version] of Object.entries(now))
    if (version > 0 || heard[name] === undefined) heard[name] = version;
  return heard;
}

/** What a prediction was told of its key, as the key hears of it. */
export function toldOf(plan: TierPlan, key: string, { told }: Predicted): Readonly<Record<string, number>> {
  const heard: Record<string, number> = {};
  if (!told) return heard;
  const levels = keysFor(key);
  for (const { name } of Object.values(plan.tier.controls ?? {})) {
    for (const level of levels) {
      const version = told[`${name}#${level}`];
      if (version !== undefined) heard[heardName(name, level, key)] = version;
    }
  }
  return heard;
}

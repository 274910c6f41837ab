import { SluiceError } from '../errors.ts';
import { derivedId } from '../identity.ts';
import type { AgainQueue, ControlPlan } from '../plan.ts';
import { isCount, isText, optional } from '../shapes.ts';
import { stateKey } from '../state/item.ts';
import { ACK, list, now, type Outcome, read, type Sending, type Step } from '../step/effects.ts';
import { placeOf, post, postAll, record, type Story } from '../step/story.ts';
import type { KeyedItem } from '../table-list.ts';
import type { Again } from './again.ts';
import { heardName, heardOf } from './again-item.ts';
import { type ControlState, toControlState } from './item.ts';
import { controlKey, EVERY_KEY, keysFor } from './keys.ts';

/** One message looks at so many pages, */
const MOST_PAGES = 10;
/** and at no further one once it has found so many keys: a function has its time. */
const ENOUGH = 1_000;

/**
 * Finds the keys below a wildcard for which tiers keep data, some pages of the table at a time, and asks the tiers to work
 * it again. What it sends has the same ids however often it is sent; whether something nearer counts for a key is for the
 * tier to see when it gets there.
 */
export function* askBelow(story: Story, plan: ControlPlan): Step<Outcome> {
  const { control, key, version, after } = askedBy(story, plan);
  story.calls.table += 1;
  const state = toControlState(yield* read(controlKey(control, key)));
  const counts = state?.current.version ?? 0;
  // A later version asks for itself, and from the beginning.
  if (counts !== version) return yield* passOver(story, counts > version ? 'stale' : 'dropped', counts);
  let from = after;
  let asked = 0;
  for (let pages = 0; pages < MOST_PAGES && asked < ENOUGH; pages += 1) {
    story.calls.table += 1;
    const page = yield* list({
      prefix: commonStart(plan.again![control]!.map(({ tier }) => stateKey(tier, below(key)))),
      attributes: ['heard'],
      ...(from !== undefined && { after: from }),
    });
    const all = yield* asksFor(story, plan, state!, page.items);
    yield* postAll(story, all);
    asked += all.length;
    from = page.next;
    if (from === undefined) break;
  }
  const found = `${nameOf(story)}: asked for ${asked} of the keys below to be worked again`;
  yield* record(story, 'applied', { reason: from === undefined ? found : `${found}, and goes on` });
  if (from !== undefined) yield* goOn(story, plan, state!, from);
  return ACK;
}

/** Comes last: where the log is away, each try would begin one more search, and each of those others. */
function* goOn(story: Story, plan: ControlPlan, { current: { id } }: ControlState, after: string): Step<void> {
  const { queue } = plan.reads[0]!;
  const { control, key, version } = story.envelope!.again!;
  const again: Again = { control, key, version, after };
  yield* post(story, queue, { ...story.envelope!, id: derivedId('below', id, after), sent: yield* now(), again });
}

function askedBy(story: Story, plan: ControlPlan): Again {
  const { control, key, version, after } = story.envelope!.again as Partial<Again>;
  const isAsked = isText(control) && plan.again?.[control] && isText(key) && key.endsWith(EVERY_KEY);
  if (!isAsked || !isCount(version) || !optional(after, isText)) throw invalid(story);
  return { control, key, version, ...(after !== undefined && { after }) };
}

function invalid(story: Story): SluiceError {
  return new SluiceError(
    'envelope-invalid',
    'the message asks to work data below a wildcard again that no tier keeps',
    {
      ...placeOf(story),
      fix: 'Such messages come from the function that applies controls: deploy the whole application.',
      retry: 'never',
    },
  );
}

/** The messages that ask for the keys of one page, one for each tier that keeps data of it. */
function* asksFor(
  story: Story,
  plan: ControlPlan,
  { current: { id, version } }: ControlState,
  items: readonly KeyedItem[],
): Step<readonly Sending[]> {
  const { control, key: under } = story.envelope!.again!;
  const { flow, ts } = story.envelope!;
  const sent = yield* now();
  const from = { name: plan.name, version: plan.version };
  const ask = ({ queue, kind, tier }: AgainQueue, { key: itemKey, item }: KeyedItem): readonly Sending[] => {
    const start = stateKey(tier, '');
    const key = itemKey.slice(start.length);
    if (!itemKey.startsWith(start) || !keysFor(key).includes(under)) return [];
    if (heardOf(item)[heardName(control, under, key)] === version) return [];
    const again: Again = { control, key, version, ...(key !== under && { under }) };
    const message = {
      v: 1,
      id: derivedId('again', id, queue, key),
      flow,
      kind,
      from,
      ts,
      sent,
      hop: 0,
      again,
    } as const;
    return [{ queue, message }];
  };
  return items.flatMap((item) => plan.again![control]!.flatMap((tier) => ask(tier, item)));
}

function* passOver(story: Story, decision: 'stale' | 'dropped', counts: number): Step<Outcome> {
  const reason = counts === 0 ? 'nothing is set' : `version ${counts} counts`;
  yield* record(story, decision, { reason: `${nameOf(story)}: ${reason}` });
  return ACK;
}

const nameOf = ({ envelope }: Story): string => {
  const { key, version, after } = envelope!.again!;
  return `version ${version} for ${JSON.stringify(key.slice(0, 80))}${after === undefined ? '' : ', further on'}`;
};

/** How keys begin that lie below a wildcard. */
const below = (wildcard: string): string => wildcard.slice(0, -EVERY_KEY.length);

/** One list finds what begins with any of these, and more: a table may have to be read from end to end for each. */
function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

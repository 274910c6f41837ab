import type { Again } from '../../core/control/again.ts';
import { newestOf } from '../../core/control/again-item.ts';
import type { DecisionRecord } from '../../core/decision.ts';
import type { TierPlan } from '../../core/plan.ts';
import type { Item } from '../../core/table-update.ts';
import { planIn } from '../deployment.ts';
import { messageFacts } from '../facts.ts';
import type { World } from '../world.ts';
import { type AppliedVersion, controlHistory } from './control-history.ts';
import type { LawMaker, Problem } from './law.ts';
import { namedVersions } from './named-versions.ts';

/**
 * Where a tier works data again: once everything has come to rest, the newest data of a key was decided with the version that
 * counts for the key, or was dropped or given up after that version came. Nothing is asked of a key whose control was deleted,
 * as what counts for it is a wildcard's.
 */
export const workedAgain: LawMaker = (_, { deployment: { before, after } }) => {
  // A tier that a deployment has made one of these is asked by nobody for what was applied before.
  const tiers = after.tiers.filter(({ tier }) => isAsked(tier) && isAsked(planIn(before, tier.name)?.tier));
  const history = controlHistory();
  const states = new Map<string, Item>();
  /** What asks for data to be worked again, by message id. */
  const asked = new Map<string, Again>();
  const records: DecisionRecord[] = [];
  const givenUp = new Set<string>();
  return {
    name: 'the newest data of a key is decided with its newest control',
    hears: {
      write(fact) {
        history.hear(fact);
        const { by, applied, item, update } = fact;
        if (!applied || !item || !update.key.startsWith('state#')) return undefined;
        const [old, now] = [newestOf(states.get(update.key)), newestOf(item)];
        states.set(update.key, item);
        if (!old || (now && now.ts >= old.ts)) return undefined;
        return { message: `${by} kept data of ${now?.ts} as the newest of ${update.key}, and ${old.ts} was there` };
      },
      send({ message: { id, envelope } }) {
        if (envelope?.again) asked.set(id, envelope.again);
        return undefined;
      },
      log: ({ record }) => void records.push(record),
      'give up': ({ message }) => void givenUp.add(message.id),
      forget: ({ message }) => void givenUp.add(message.id),
    },
    end: (world) => (tiers.length === 0 ? [] : tiers.flatMap((plan) => problemsAt(plan, world))),
  };

  function problemsAt({ tier }: TierPlan, world: World): readonly Problem[] {
    const prefix = `state#${tier.name}#`;
    const names = [...new Set(Object.values(tier.controls ?? {}).map(({ name }) => name))];
    const decided = Map.groupBy(
      records
        .filter((record) => record.tier === tier.name)
        .flatMap((record) => record.in.map(({ id }) => ({ id, record }))),
      ({ id }) => id,
    );
    return [...states].flatMap(([itemKey, item]) => {
      const newest = itemKey.startsWith(prefix) ? newestOf(item) : undefined;
      if (!newest) return [];
      const { id, flow } = messageFacts('', newest.body, (key) => textOf(world, key));
      const key = itemKey.slice(prefix.length);
      const own = (decided.get(id) ?? []).map(({ record }) => record);
      return names.flatMap((control) => {
        const last = history.of(control, key).at(-1);
        if (!last || last.isDeleted || givenUp.has(id) || isSettled(own, control, key, last)) return [];
        const message = `${tier.name} never decided on ${id}, the newest data of ${key}, with version ${last.version} of ${control}`;
        return [{ ...(flow !== null && { flow }), message }];
      });
    });
  }

  function isSettled(own: readonly DecisionRecord[], control: string, key: string, last: AppliedVersion): boolean {
    const asks = new Set(
      [...asked].flatMap(([id, a]) =>
        a.control === control && a.key === key && a.version === last.version ? [id] : [],
      ),
    );
    const isAsking = ({ in: from }: DecisionRecord): boolean => from.some(({ id }) => asks.has(id));
    const versions = (record: DecisionRecord): readonly number[] => namedVersions(record.controls ?? {}, control);
    // A task that never asks for the key's control is not held to it.
    if (own.every((record) => versions(record).length === 0)) return true;
    if ([...asks].some((id) => givenUp.has(id))) return true;
    if (records.some((record) => record.decision === 'failed' && isAsking(record))) return true;
    return own.some((record) => {
      if (versions(record).includes(last.version)) return true;
      if (record.decision === 'failed') return record.at >= last.at;
      return versions(record).length === 0 && record.decision === 'dropped' && isAsking(record);
    });
  }
};

const isAsked = (tier: TierPlan['tier'] | undefined): boolean => tier?.reevaluateOnControl === true;

function textOf(world: World, key: string): string | undefined {
  const bytes = world.objects.stored.get(key)?.bytes;
  return bytes && new TextDecoder().decode(bytes);
}

import type { Again } from '../../core/control/again.ts';
import { newestOf } from '../../core/control/again-item.ts';
import type { DecisionRecord } from '../../core/decision.ts';
import type { TierPlan } from '../../core/plan.ts';
import type { Item } from '../../core/table-update.ts';
import { planIn } from '../deployment.ts';
import { messageFacts } from '../facts.ts';
import type { World } from '../world.ts';
import { controlHistory, levelsOf } from './control-history.ts';
import type { LawMaker, Problem } from './law.ts';
import { namedVersions } from './named-versions.ts';

/**
 * Where a tier works data again: once everything has come to rest, the newest data of a key was decided with the version that
 * counts for the key, be it a wildcard's, or was dropped or given up, after the last change that could have led to another one.
 */
export const workedAgain: LawMaker = (_, { deployment: { before, after } }) => {
  // A tier that a deployment has made one of these is asked by nobody for what was applied before.
  const tiers = after.tiers.filter(({ tier }) => isAsked(tier) && isAsked(planIn(before, tier.name)?.tier));
  const history = controlHistory();
  const states = new Map<string, Item>();
  /** What asks for data to be worked again, by message id. */
  const asked = new Map<string, Again>();
  const records: Logged[] = [];
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
      log: ({ record, at }) => void records.push({ record, at }),
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
        .filter(({ record }) => record.tier === tier.name)
        .flatMap((logged) => logged.record.in.map(({ id }) => ({ id, logged }))),
      ({ id }) => id,
    );
    return [...states].flatMap(([itemKey, item]) => {
      const newest = itemKey.startsWith(prefix) ? newestOf(item) : undefined;
      if (!newest) return [];
      const { id, flow } = messageFacts('', newest.body, (key) => textOf(world, key));
      const key = itemKey.slice(prefix.length);
      const own = (decided.get(id) ?? []).map(({ logged }) => logged);
      return names.flatMap((control) => {
        const counts = whatCounts(control, key);
        if (!counts || givenUp.has(id) || isSettled(own, control, key, counts)) return [];
        const message = `${tier.name} never decided on ${id}, the newest data of ${key}, with version ${counts.version} of ${control}`;
        return [{ ...(flow !== null && { flow }), message }];
      });
    });
  }

  /** What counts for a key in the end, and since when at the latest; nothing where nothing was ever set for it. */
  function whatCounts(control: string, key: string): Counts | undefined {
    let since = 0;
    for (const level of levelsOf(key)) {
      const last = history.of(control, level).at(-1);
      if (!last) continue;
      since = Math.max(since, last.at);
      if (!last.isDeleted) return { version: last.version, since };
    }
    // Deleted, it leaves what nobody has set.
    return since === 0 ? undefined : { version: 0, since };
  }

  /** What asks for the key, or for all below a wildcard above it, in the version that came last. */
  function asksFor(control: string, key: string): ReadonlySet<string> {
    const levels = levelsOf(key);
    const isLast = ({ key, under = key, version }: Again): boolean =>
      levels.includes(under) && history.of(control, under).at(-1)?.version === version;
    const isFor = (a: Again): boolean =>
      a.control === control && (a.key === key || levels.includes(a.key)) && isLast(a);
    return new Set([...asked].flatMap(([id, a]) => (isFor(a) ? [id] : [])));
  }

  function isSettled(all: readonly Logged[], control: string, key: string, { version, since }: Counts): boolean {
    const asks = asksFor(control, key);
    const own = all.map(({ record }) => record);
    const isAsking = ({ in: from }: DecisionRecord): boolean => from.some(({ id }) => asks.has(id));
    const versions = (record: DecisionRecord): readonly number[] => namedVersions(record.controls ?? {}, control);
    // A task that never asks for the key's control is not held to it.
    if (own.every((record) => versions(record).length === 0)) return true;
    if ([...asks].some((id) => givenUp.has(id))) return true;
    if (records.some(({ record }) => record.decision === 'failed' && isAsking(record))) return true;
    return all.some(({ record, at }) => {
      if (at < since) return false;
      if (versions(record).includes(version) || record.decision === 'failed') return true;
      return versions(record).length === 0 && record.decision === 'dropped' && isAsking(record);
    });
  }
};

/** A record, and when it was written. */
interface Logged {
  readonly record: DecisionRecord;
  readonly at: number;
}

/** The version that counts, 0 where it is nobody's, and when the last change was made that let it count. */
interface Counts {
  readonly version: number;
  readonly since: number;
}

const isAsked = (tier: TierPlan['tier'] | undefined): boolean => tier?.reevaluateOnControl === true;

function textOf(world: World, key: string): string | undefined {
  const bytes = world.objects.stored.get(key)?.bytes;
  return bytes && new TextDecoder().decode(bytes);
}

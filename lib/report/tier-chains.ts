import type { Decision } from '../core/decision.ts';

/** What the log shows of a tier's place. */
export interface Seen {
  readonly name: string;
  readonly decisions: Readonly<Partial<Record<Decision, number>>>;
  /** The queue it escalated to, which has the next tier's name. */
  readonly next: string | undefined;
}

/** Only tiers decide so; destinations and controls have decisions of their own. */
const OF_TIERS: readonly Decision[] = ['accepted', 'escalated', 'audited', 'parked', 'throttled', 'skewed'];

/** Names of tiers: those of each cascade from its first tier to its last. */
export function tierChains(seen: readonly Seen[]): readonly (readonly string[])[] {
  const nexts = new Map(seen.map(({ name, next }) => [name, next]));
  const followers = new Set(nexts.values());
  const isTier = ({ name, decisions }: Seen): boolean =>
    followers.has(name) || OF_TIERS.some((decision) => decisions[decision]);
  const tiers = new Set(seen.filter(isTier).map(({ name }) => name));
  // A log that was cut may show a circle, which has no first tier.
  const firsts = [...[...tiers].filter((name) => !followers.has(name)), ...tiers];
  const placed = new Set<string>();
  return firsts.flatMap((first) => {
    const chain: string[] = [];
    for (let at: string | undefined = first; at !== undefined && tiers.has(at) && !placed.has(at); at = nexts.get(at)) {
      placed.add(at);
      chain.push(at);
    }
    return chain.length === 0 ? [] : [chain];
  });
}

import { basename } from 'node:path';
import { didYouMean } from '../core/nearest.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import { isTierRef } from '../core/tier-types.ts';
import { notFound, refused } from './failure.ts';
import type { Place } from './place.ts';

/** A tier as its file defines it; the cascade around it need not be whole yet. */
export interface TierFile {
  readonly file: string;
  readonly tier: TierDefinition;
}

/** The tier to come after, where a tier can come after it; otherwise an error that says what to do. */
export function upstreamFor(name: string, after: string, existing: readonly TierFile[], place: Place): TierFile {
  const names = existing.map(({ tier }) => tier.name);
  const upstream = existing.find(({ tier }) => tier.name === after);
  if (!upstream) {
    const fix =
      names.length === 0
        ? `Begin it: npx sluice new tier ${name} --first`
        : `${didYouMean(after, names)}Tiers: ${names.join(', ')}.`;
    throw notFound('tier', `there is no tier "${after}" in ${place.folder}`, fix);
  }
  const successor = existing.find(({ tier }) => isTierRef(tier.input) && tier.input.name === after);
  if (successor) throw hasSuccessor(name, upstream, successor, lastOf(existing, successor));
  if (!upstream.tier.satisfied) {
    throw refused(
      `tier "${after}" accepts everything, so "${name}" would never run`,
      `Give it a threshold in ${upstream.file} first: satisfied: { score: ({ output }) => …, atLeast: 0.9 }.`,
    );
  }
  return upstream;
}

function hasSuccessor(name: string, upstream: TierFile, successor: TierFile, last: TierFile): Error {
  const after = upstream.tier.name;
  return refused(
    `tier "${after}" has a next tier already: "${successor.tier.name}" in ${successor.file}`,
    `To add to the end of the cascade: --after ${last.tier.name}\n` +
      `To put "${name}" in between: write functions that take their input from "${after}" in a new file, and in ${successor.file} ` +
      `set input: tier<typeof import('./${name}.ts')>('${name}').`,
  );
}

function lastOf(existing: readonly TierFile[], from: TierFile): TierFile {
  const seen = new Set<TierFile>();
  for (let at = from; !seen.has(at); ) {
    seen.add(at);
    const next = existing.find(({ tier }) => isTierRef(tier.input) && tier.input.name === at.tier.name);
    if (!next) return at;
    at = next;
  }
  return from;
}

/** How a file of the same folder imports this one. */
export const importPath = ({ file }: TierFile): string => `./${basename(file)}`;

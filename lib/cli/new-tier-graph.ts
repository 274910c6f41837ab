import { buildGraph, type DefinitionFile } from '../core/graph.ts';
import type { Schema } from '../core/schema.ts';
import { stream } from '../core/stream.ts';
import { defineTier, tier } from '../core/tier.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { Place } from './place.ts';

const ANYTHING: Schema = { '~standard': { version: 1, vendor: 'sluice', validate: (value) => ({ value }) } };

/** A tier in the place of the one that is to be written: its file cannot be loaded before it is there. */
export function standIn(
  name: string,
  { after, join }: { readonly after?: string; readonly join?: string },
): TierDefinition {
  const made = defineTier({
    name,
    input: after === undefined ? ANYTHING : tier(after),
    ...(join !== undefined && { join: { data: stream(join, ANYTHING) } }),
    output: ANYTHING,
    predict: () => undefined,
  });
  return made as unknown as TierDefinition;
}

/** Refuses a tier that the graph would refuse; what was wrong before is no reason not to write it. */
export function checkGraphWith(
  definition: TierDefinition,
  file: string,
  { name }: Place,
  existing: readonly DefinitionFile[],
): void {
  try {
    buildGraph(name, [...existing, { file, version: '', definition }]);
  } catch (fault) {
    if (String(fault) !== String(faultOf(() => buildGraph(name, existing)))) throw fault;
  }
}

function faultOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (fault) {
    return fault;
  }
}

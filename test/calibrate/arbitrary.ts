import * as fc from 'fast-check';
import type { Columns } from '../../lib/calibrate/columns.ts';

/** Any columns of a few tiers: ties, unknown predictions, all kinds of answers. */
export function anyColumns(tiers: number, flows = 40): fc.Arbitrary<Columns> {
  const flow = fc.record({
    scores: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: tiers, maxLength: tiers }),
    right: fc.array(fc.constantFrom(0, 1, 1), { minLength: tiers, maxLength: tiers }),
    answeredBy: fc.nat(tiers - 1),
    lot: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  });
  return fc.array(flow, { minLength: 1, maxLength: flows }).map((all) => ({
    reference: 'labels',
    tiers: Array.from({ length: tiers }, (_, tier) => `tier${tier}`),
    flows: all.length,
    scores: Array.from({ length: tiers }, (_, tier) => Float64Array.from(all, ({ scores }) => scores[tier]! / 12)),
    right: Array.from({ length: tiers }, (_, tier) => Uint8Array.from(all, ({ right }) => right[tier]!)),
    answeredBy: Uint8Array.from(all, ({ answeredBy }) => answeredBy),
    lot: Uint32Array.from(all, ({ lot }) => lot),
    at: Float64Array.from(all, (_, i) => i),
    logged: Array.from({ length: tiers - 1 }, () => Number.NEGATIVE_INFINITY),
  }));
}

/** The same flows in another order. */
export function shuffled(columns: Columns, order: readonly number[]): Columns {
  const pick = <T extends Float64Array | Uint8Array | Uint32Array>(column: T): T =>
    column.map((_, i) => column[order[i]!]!) as T;
  return {
    ...columns,
    scores: columns.scores.map(pick),
    right: columns.right.map(pick),
    answeredBy: pick(columns.answeredBy),
    lot: pick(columns.lot),
    at: pick(columns.at),
  };
}

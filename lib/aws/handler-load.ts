import type { TierDefinition } from '../core/tier-definition.ts';

/** A tier whose model is on its way. */
export interface Loading {
  /** The tier; its first `load` is the one that has begun. */
  readonly tier: TierDefinition;
  /** Resolves when that one has ended, well or not; Lambda's init phase may wait for it. */
  readonly settled: Promise<void>;
  /** True until then. */
  pending(): boolean;
}

/** Begins to load a tier's model, unless that is for later; one that fails is reported by the first record that needs it, which tries again. */
export function beginLoading(tier: TierDefinition, version: string, later = false): Loading {
  const { load } = tier;
  if (!load || later) return { tier, settled: Promise.resolve(), pending: () => false };
  let pending = true;
  let begun: Promise<unknown> | undefined = (async () => load({ version }))();
  const settled = begun
    .catch(() => undefined)
    .then(() => {
      pending = false;
    });
  const again: NonNullable<TierDefinition['load']> = (context) => {
    const first = begun;
    begun = undefined;
    return first ?? load(context);
  };
  return { tier: { ...tier, load: again }, settled, pending: () => pending };
}

import type { Report } from './figures.ts';

/** Where a tier stands between the first of its cascade (0) and the last (1): its colour. */
export function placeOf({ chains }: Pick<Report, 'chains'>, tier: string): number {
  const chain = chains.find((names) => names.includes(tier)) ?? [tier];
  return chain.length < 2 ? 1 : chain.indexOf(tier) / (chain.length - 1);
}

import { closest, distance } from 'fastest-levenshtein';

/** `Did you mean "small"? ` for a name that is nearly one of these; nothing where none is near enough to be meant. */
export function didYouMean(name: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const nearest = closest(name, names as string[]);
  const isNear = distance(name, nearest) <= Math.max(name.length, nearest.length) / 2;
  return isNear ? `Did you mean "${nearest}"? ` : '';
}

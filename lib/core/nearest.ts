import { closest, distance } from 'fastest-levenshtein';

/** `Did you mean "small"? ` for a name that is nearly one of these; nothing where none is near enough to be meant. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = names.length > 0 ? closest(name, [...names]) : '';
  const isNear = distance(name, nearest) <= Math.max(name.length, nearest.length) / 2;
  return isNear && nearest !== '' ? `Did you mean "${nearest}"? ` : '';
}

/** A small mistake in the code of sluice, as text to find and text to put in its place. */
export interface Bug {
  /** What the code does wrong. */
  readonly name: string;
  /** The file, from the root of the repository. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The laws that may find it: which of them does so first, the seeds decide. */
  readonly finds: readonly [string, ...string[]];
}

/** The source with the bug in it. A bug that does not fit the code any more is an error: it would be planted nowhere. */
export function withBug(source: string, { name, file, find, replace }: Bug): string {
  const places = source.split(find).length - 1;
  if (places !== 1)
    throw new Error(`the bug "${name}" fits ${places} places of ${file} instead of one: adapt its text`);
  return source.replace(find, () => replace);
}

/** The versions that an output names of one control: the first key's under its name, those of further keys under `name#key`. */
export function namedVersions(controls: Readonly<Record<string, number>>, name: string): readonly number[] {
  return Object.entries(controls).flatMap(([of, version]) =>
    of === name || of.startsWith(`${name}#`) ? [version] : [],
  );
}

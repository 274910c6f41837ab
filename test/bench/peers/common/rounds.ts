/** What each contender measured, round by round. */
export type Rounds<T> = ReadonlyMap<string, readonly T[]>;

/**
 * Lets contenders run in turn, A B C and then C B A: whatever else the machine does hits each alike, and who comes after
 * whom changes.
 */
export async function inRounds<T>(
  names: readonly string[],
  rounds: number,
  run: (name: string, round: number) => Promise<T>,
): Promise<Rounds<T>> {
  const results = new Map<string, T[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) results.get(name)!.push(await run(name, round));
  }
  return results;
}

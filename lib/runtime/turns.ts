/** Who works on which key: steps of one batch that change the same item go one after the other. */
export interface Turns<Who> {
  /** Takes a key, unless somebody else has it. */
  take(key: string, who: Who): boolean;
  /** Gives back whatever this one has. */
  leave(who: Who): void;
}

export function turns<Who>(): Turns<Who> {
  const taken = new Map<string, Who>();
  const keys = new Map<Who, string[]>();
  return {
    take(key, who) {
      const holder = taken.get(key);
      if (holder !== undefined) return holder === who;
      taken.set(key, who);
      keys.set(who, [...(keys.get(who) ?? []), key]);
      return true;
    },
    leave(who) {
      for (const key of keys.get(who) ?? []) taken.delete(key);
      keys.delete(who);
    },
  };
}

import { createHash } from 'node:crypto';

/** A whole number from 0 to `below` − 1 that follows from what it is about: the same run again, in whatever order it is asked. */
export function draw(below: number, ...about: readonly (string | number)[]): number {
  return createHash('sha256').update(about.join('/')).digest().readUInt32BE() % below;
}

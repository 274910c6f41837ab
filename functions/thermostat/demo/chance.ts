import { hash } from 'node:crypto';

/** A whole number from 0 to `below` − 1 that follows from what it is about: the same run again, in whatever order it is asked. */
export function draw(below: number, ...about: readonly (string | number)[]): number {
  return hash('sha256', about.join('/'), 'buffer').readUInt32BE() % below;
}

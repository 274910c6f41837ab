import type { Json } from './json.ts';

/**
 * Values kept in one attribute of an item as lines of JSON, oldest first. What is carried along in every read and write, and
 * hardly ever looked at, costs a copy of its text that way, and no more.
 */
export type JsonLines = readonly string[];

/** The lines of an attribute; a list of values, which a store may still hold, has them too. */
export function toLines(kept: Json | undefined): JsonLines {
  if (typeof kept === 'string') return kept.split('\n');
  return Array.isArray(kept) ? kept.map((value) => JSON.stringify(value)) : [];
}

/** An attribute of the last `most` lines, or of as many of them as have `maxChars` together; of the last one in any case. */
export function fromLines(lines: JsonLines, most: number, maxChars: number): string {
  const kept = lines.slice(-most);
  let chars = kept.reduce((sum, line) => sum + line.length + 1, 0);
  while (kept.length > 1 && chars > maxChars) chars -= kept.shift()!.length + 1;
  return kept.join('\n');
}

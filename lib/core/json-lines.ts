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

/** The last line of an attribute that has some. */
export function lastLine(kept: Json | undefined): string {
  return typeof kept === 'string' ? kept.slice(kept.lastIndexOf('\n') + 1) : toLines(kept).at(-1)!;
}

/** The line of an attribute that begins so, if there is one. */
export function lineWith(kept: Json | undefined, beginning: string): string | undefined {
  if (typeof kept !== 'string') return toLines(kept).find((line) => line.startsWith(beginning));
  const text = `\n${kept}`;
  const at = text.indexOf(`\n${beginning}`);
  if (at < 0) return undefined;
  const end = text.indexOf('\n', at + 1);
  return text.slice(at + 1, end < 0 ? undefined : end);
}

/** An attribute of the last `most` lines, or of as many of them as have `maxChars` together; of the last one in any case. */
export function fromLines(lines: JsonLines, most: number, maxChars: number): string {
  const kept = lines.slice(-most);
  let chars = kept.reduce((sum, line) => sum + line.length + 1, 0);
  while (kept.length > 1 && chars > maxChars) chars -= kept.shift()!.length + 1;
  return kept.join('\n');
}

/** A frame of an application's own code; on Lambda there is none, for its file is a bundle. */
const OWN = /(functions\/(?!\S*node_modules)[^\s():]+\.[cm]?[jt]s:\d+):\d+/;

/** Where in `functions/` an error was thrown, for people who look for the line: `, at functions/photos/small.ts:12`, or nothing. */
export function thrownAt(thrown: unknown): string {
  const found = thrown instanceof Error ? OWN.exec(thrown.stack?.slice(thrown.message.length) ?? '') : null;
  return found ? `, at ${found[1]}` : '';
}

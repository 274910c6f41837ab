import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The pages that users read, as paths from the root. */
export function pages(): readonly string[] {
  const top = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((name) => existsSync(ROOT + name));
  return [...top, ...globSync('docs/**/*.md', { cwd: ROOT }).sort()];
}

/** A line of a page outside of its code blocks. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** The lines of a page that are prose: what lies in fences is left out. */
export function prose(page: string): readonly Line[] {
  const lines: Line[] = [];
  let fenced = false;
  for (const [i, text] of readFileSync(ROOT + page, 'utf8')
    .split('\n')
    .entries()) {
    if (/^\s*```/.test(text)) fenced = !fenced;
    else if (!fenced) lines.push({ number: i + 1, text });
  }
  return lines;
}

/** The headings of a page. */
export function headings(page: string): readonly string[] {
  return prose(page).flatMap(({ text }) => /^#{1,6} (.+)$/.exec(text)?.[1]?.trim() ?? []);
}

/** The anchors of a page's headings, made as GitHub makes them. */
export function anchors(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    headings(page).map((heading) => {
      const slug = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-');
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

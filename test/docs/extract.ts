import { globSync, readFileSync } from 'node:fs';
import { pages, ROOT } from './markdown.ts';

/** One runnable example. */
export interface Example {
  /** Where it stands, as a path from the root. */
  readonly source: string;
  /** The line of `source` on which its first line stands. */
  readonly line: number;
  readonly code: string;
  /** Examples of one page share a folder, those of the whole library another: one may import what another defines. */
  readonly group: string;
  /** Its path in the group's folder: what its first line says (`// functions/text/cheap.ts`), or one made from its line. */
  readonly file: string;
}

/** Every ```ts block that does not opt out with `no-run`, in the order it is read. */
export function examples(): readonly Example[] {
  const inPages = pages().flatMap((page) => blocks(page, /^()/, groupOf(page)));
  const inLibrary = globSync('lib/**/*.ts', { cwd: ROOT })
    .sort()
    .flatMap((file) => blocks(file, /^(\s*\* ?)/, 'lib'));
  return [...inPages, ...inLibrary];
}

const groupOf = (page: string): string =>
  page
    .replace(/^docs\//, '')
    .replace(/\.md$/, '')
    .replaceAll('/', '-');

function blocks(source: string, margin: RegExp, group: string): readonly Example[] {
  const found: Example[] = [];
  let start: number | undefined;
  let inExample = group !== 'lib';
  let lines: string[] = [];
  for (const [i, text] of readFileSync(ROOT + source, 'utf8')
    .split('\n')
    .entries()) {
    const line = text.replace(margin, '');
    if (group === 'lib' && start === undefined) {
      if (/^\s*\/\*\*/.test(text)) inExample = false;
      if (line.startsWith('@')) inExample = line.startsWith('@example');
    }
    if (start === undefined) {
      if (inExample && line.trim() === '```ts') start = i + 2;
    } else if (line.startsWith('```')) {
      found.push(toExample(source, start, lines.join('\n'), group));
      start = undefined;
      lines = [];
    } else {
      lines.push(line);
    }
  }
  if (start !== undefined) throw new Error(`${source}:${start - 1} begins a block that does not end`);
  return found;
}

function toExample(source: string, line: number, code: string, group: string): Example {
  const named = /^\/\/ ([\w.-]+(?:\/[\w.-]+)*\.ts)\n/.exec(code)?.[1];
  const suffix = /from 'vitest'/.test(code) ? '.spec.ts' : '.ts';
  const place = source.replace(/^(lib|docs)\//, '').replace(/[^a-z0-9]+/gi, '-');
  // As `.test.ts` the project's own test run would take it for one of its tests.
  const file = named?.replace(/\.test\.ts$/, '.spec.ts') ?? `${place}-${line}${suffix}`;
  return { source, line, code: `${code}\n`, group, file };
}

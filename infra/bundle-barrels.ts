import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const INDEX = /[\\/]node_modules[\\/]@(?:smithy|aws-sdk)[\\/].*[\\/]index\.js$/;
const RE_EXPORT = /export \{([^}]*)\} from "[^"]+";/g;

/**
 * Gives each importer of the SDK's index files a copy of its own that holds the re-exports it imports and no more. One
 * index that all share would lead each function to whatever any client needs: SQS would bring S3's XML along.
 */
export const barrelsPlugin: Plugin = {
  name: 'sluice-barrels',
  setup(build) {
    const texts = new Map<string, Promise<string>>();
    const read = (path: string): Promise<string> => {
      const text = texts.get(path) ?? readFile(path, 'utf8');
      texts.set(path, text);
      return text;
    };
    let copies = 0;
    build.onResolve({ filter: /^@(smithy|aws-sdk)\// }, async ({ path, pluginData, importer, kind, ...from }) => {
      if (
        pluginData === build ||
        kind !== 'import-statement' ||
        !INDEX.test(`${importer.replace(/[^\\/]+$/, '')}index.js`)
      )
        return undefined;
      const found = await build.resolve(path, { ...from, importer, kind, pluginData: build });
      if (found.errors.length > 0 || found.namespace !== 'file' || !INDEX.test(found.path)) return undefined;
      const names = importedFrom(path, await read(importer));
      const contents = names && only(names, await read(found.path));
      if (!contents) return undefined;
      copies += 1;
      return { path: found.path, sideEffects: false, suffix: `?${copies}`, pluginData: { contents } };
    });
    build.onLoad({ filter: /./, namespace: 'file' }, ({ pluginData, suffix }) =>
      /^\?\d+$/.test(suffix) ? { contents: (pluginData as { contents: string }).contents, loader: 'js' } : undefined,
    );
  },
};

/** The names a file imports from a module; `undefined` where it may be all of them. */
function importedFrom(module: string, text: string): ReadonlySet<string> | undefined {
  const statements = [...text.matchAll(/\b(?:im|ex)port\s+([^;'"]*?)\s*from\s*["']([^"']+)["']/g)];
  const names = new Set<string>();
  for (const [, clause = '', from] of statements) {
    if (from !== module) continue;
    const [, list] = /^\{([^}]*)\}$/.exec(clause) ?? [];
    if (list === undefined) return undefined;
    for (const name of specifiers(list)) names.add(name.split(/\s+as\s+/)[0]!);
  }
  return names.size > 0 ? names : undefined;
}

/** The re-exports of these names; `undefined` where the index file does more than re-export. */
function only(names: ReadonlySet<string>, text: string): string | undefined {
  if (text.replace(RE_EXPORT, '').trim() !== '') return undefined;
  const kept = text.replace(RE_EXPORT, (statement, list: string) => {
    const some = specifiers(list).filter((name) => names.has(name.split(/\s+as\s+/).at(-1)!));
    return some.length > 0 ? statement.replace(list, some.join(', ')) : '';
  });
  return kept.trim() === '' ? undefined : kept;
}

function specifiers(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

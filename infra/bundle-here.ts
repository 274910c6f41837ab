import { readFile } from 'node:fs/promises';
import { dirname, extname, relative, sep } from 'node:path';
import type { Loader, Plugin } from 'esbuild';

/** What is code and goes into bundles, rather than being copied beside them. */
export const CODE = /\.[cm]?[jt]sx?$/;

/**
 * A bundled file no longer lies where its source lay. What it reads beside itself by `import.meta` keeps its place in the
 * application's folder, and the files it reads are copied to the same place beside the bundle.
 */
export function herePlugin(applicationDir: string): Plugin {
  return {
    name: 'sluice-here',
    setup(build) {
      build.onLoad({ filter: CODE, namespace: 'file' }, async ({ path }) => {
        const at = relative(applicationDir, path).split(sep).join('/');
        if (at.startsWith('..') || at.includes('node_modules/')) return undefined;
        const text = await readFile(path, 'utf8');
        const contents = text.replace(/\bimport\.meta\.(url|dirname|filename)\b/g, (_, part: string) => {
          if (part === 'url') return `new URL(${JSON.stringify(`./${at}`)}, import.meta.url).href`;
          const place = part === 'filename' ? at : dirname(at);
          return `(import.meta.dirname + ${JSON.stringify(`/${place}`)})`;
        });
        return contents === text ? undefined : { contents, loader: loaderOf(path) };
      });
    },
  };
}

function loaderOf(path: string): Loader {
  return extname(path).replace(/^\.[cm]?/, '') as Loader;
}

/** A place a bundle reads files at. */
export interface Place {
  /** The source file that reads, in the application's folder. */
  readonly file: string;
  /** What it reads, seen from there, with `${…}` where only the running code knows; all of its folder where unknown. */
  readonly reads: string | undefined;
}

const TEXT = /(["'`])((?:(?!\1)[^\\\n])*)\1/.source;
const URL_OF = new RegExp(
  `new URL\\(${TEXT},new URL\\((["'\`])\\./([^"'\`]+)\\3,import\\.meta\\.url\\)\\.href\\)`,
  'g',
);
const BARE_URL = /new URL\((["'`])\.\/([^"'`]+)\1,import\.meta\.url\)\.href/g;
const DIRNAME = /import\.meta\.dirname\+(["'`])\/([^"'`]*)\1/g;

/** The places that minified output of {@link herePlugin} reads at: what tree shaking took away reads nothing. */
export function placesOf(output: string): readonly Place[] {
  const places: Place[] = [];
  const rest = output.replace(URL_OF, (_, _quote, reads: string, _inner, file: string) => {
    places.push({ file, reads });
    return '';
  });
  for (const [, , file] of rest.matchAll(BARE_URL)) places.push({ file: file!, reads: undefined });
  // A folder stands for any file in it.
  for (const [, , folder] of rest.matchAll(DIRNAME)) places.push({ file: `${folder}/.`, reads: undefined });
  return places;
}

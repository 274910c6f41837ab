import type { BuildOptions } from 'esbuild';

/** How every function is bundled. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  outdir: 'out',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunk-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  splitting: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleTiers } from '../../infra/bundle.ts';
import { loadApplication } from '../../lib/runtime/application.ts';
import { PLAIN } from './cold-plain.ts';

/** What is measured: a tier that needs SQS alone, and one that needs SQS, DynamoDB and S3. */
export type Work = keyof typeof PLAIN;

/** One way to make a function of it. */
export interface Candidate {
  readonly work: Work;
  readonly made: 'sluice' | 'plain ESM' | 'plain CJS';
  /** Absolute path of the module that exports `handler`. */
  readonly entry: string;
  readonly bytes: number;
}

const root = join(import.meta.dirname, '..', '..');

/** Bundles every candidate: ours with `bundleTiers`, the others as `NodejsFunction` does, minified, with the SDK inside. */
export async function candidates(out: string): Promise<readonly Candidate[]> {
  const all: Candidate[] = [];
  for (const work of ['plain', 'full'] as const) {
    const application = await loadApplication(join(root, 'test/infra/bundle-fixtures', work));
    const bundle = (await bundleTiers(application, join(out, work))).get(work)!;
    all.push({ work, made: 'sluice', entry: join(bundle.dir, 'index.mjs'), bytes: bundle.bytes });
    for (const format of ['esm', 'cjs'] as const) {
      const entry = join(out, `${work}-hand-written.${format === 'esm' ? 'mjs' : 'cjs'}`);
      const { metafile } = await build({
        stdin: { contents: PLAIN[work], resolveDir: root, sourcefile: `${work}.js` },
        outfile: entry,
        bundle: true,
        metafile: true,
        minify: true,
        platform: 'node',
        target: 'node24',
        format,
        ...(format === 'esm' && { mainFields: ['module', 'main'] }),
        logLevel: 'error',
      });
      const made = format === 'esm' ? 'plain ESM' : 'plain CJS';
      all.push({ work, made, entry, bytes: Object.values(metafile.outputs)[0]!.bytes });
    }
  }
  return all;
}

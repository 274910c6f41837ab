import { join } from 'node:path';
import { type Application, loadApplication } from '../lib/runtime/application.ts';
import { bundleTiers } from './bundle.ts';
import type { FunctionCode } from './function-unit.ts';

/** An application with the code of its functions, ready to be deployed. */
export interface BundledApplication extends Application {
  /** The code of each function, by its name. */
  readonly bundles: ReadonlyMap<string, FunctionCode>;
}

/**
 * Loads `functions/<application>/` and bundles a function for each tier file in it; does nothing again where nothing has
 * changed.
 *
 * @param outDir where the bundles go; `.sluice/bundles/<application>` where not given
 * @throws SluiceError `application-not-found`, `file-invalid`, `graph-*`; an esbuild error where code cannot be bundled
 * @example
 * ```ts no-run
 * new Cascade(stack, 'Photos', { application: await bundleApplication('functions/photos') });
 * ```
 */
export async function bundleApplication(folder: string, outDir?: string): Promise<BundledApplication> {
  const application = await loadApplication(folder);
  const bundles = await bundleTiers(application, outDir ?? join('.sluice', 'bundles', application.name));
  return { ...application, bundles };
}

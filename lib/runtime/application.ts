import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ControlDefinition } from '../core/control/definition.ts';
import type { Destination } from '../core/destination.ts';
import { isSluiceError, located, SluiceError } from '../core/errors.ts';
import { buildGraph, type DefinitionFile } from '../core/graph.ts';
import { sha256 } from '../core/identity.ts';
import type { Graph } from '../core/plan.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import { loadFailure } from './load-failure.ts';

/** An application loaded from its folder. */
export interface Application {
  readonly name: string;
  /** Absolute path of the folder. */
  readonly dir: string;
  readonly graph: Graph;
  /** Absolute path of each tier's file, for worker threads and bundles. */
  readonly files: ReadonlyMap<string, string>;
  /** Absolute paths of the control files. */
  readonly controls?: readonly string[];
}

const DEFINITION = /\.(ts|mts|js|mjs)$/;
const NOT_DEFINITION = /\.(test|spec|d)\.(ts|mts|js|mjs)$/;

/**
 * Loads `functions/<application>/`: every file directly in the folder whose default export is a tier or the destination,
 * and every file in its folder `controls` whose default export is a control. Other folders inside it are the tiers' own:
 * models, data, helpers.
 *
 * @throws SluiceError `application-not-found`, `file-invalid`, `graph-*`
 * @example
 * ```ts
 * import { loadApplication } from 'sluice/local';
 *
 * const { name, graph } = await loadApplication('functions/text');
 * console.log(name, graph.tiers.map((plan) => plan.tier.name)); // text [ 'language' ]
 * ```
 */
export async function loadApplication(folder: string): Promise<Application> {
  const dir = resolve(folder);
  const name = basename(dir);
  const found = await readDefinitions(dir);
  const graph = buildGraph(name, found);
  const files = new Map(found.filter(isFunction).map((f) => [f.definition.name, f.path]));
  const controls = found.filter((f) => !isFunction(f)).map((f) => f.path);
  return { name, dir, graph, files, controls };
}

/** What the files of a folder define; the cascade they make need not be whole. */
export async function readDefinitions(
  folder: string,
): Promise<readonly (DefinitionFile & { readonly path: string })[]> {
  const dir = resolve(folder);
  const found: (DefinitionFile & { readonly path: string })[] = [];
  for (const entry of [...(await listFiles(dir)), ...(await listControls(dir))]) {
    const path = join(dir, entry);
    const definition = await readDefinition(path);
    if (!definition) continue;
    checkPlace(entry, definition, relative(process.cwd(), path) || path);
    const version = sha256(await readFile(path)).slice(0, 12);
    found.push({ file: relative(process.cwd(), path) || path, path, version, definition });
  }
  return found;
}

const isFunction = ({ definition }: DefinitionFile): boolean => definition.kind !== 'control';

async function listFiles(dir: string): Promise<readonly string[]> {
  try {
    if (!(await stat(dir)).isDirectory()) throw new Error('not a folder');
    return filesOf(await readdir(dir, { withFileTypes: true }));
  } catch (cause) {
    throw new SluiceError(
      'application-not-found',
      `there is no application in ${relative(process.cwd(), dir) || dir}`,
      {
        cause,
        fix: `Name a folder of tier files, or begin one: npx sluice new tier <name> --first --application ${basename(dir)}`,
      },
    );
  }
}

function filesOf(entries: readonly Dirent[]): readonly string[] {
  return entries
    .filter((e) => e.isFile() && DEFINITION.test(e.name) && !NOT_DEFINITION.test(e.name))
    .map((e) => e.name)
    .sort();
}

/** The folder of an application's controls. */
const CONTROLS = 'controls';

async function listControls(dir: string): Promise<readonly string[]> {
  const entries = await readdir(join(dir, CONTROLS), { withFileTypes: true }).catch(() => []);
  return filesOf(entries).map((name) => join(CONTROLS, name));
}

/** Controls and tiers have a folder each: what lies where it is not looked for would be passed over without a word. */
function checkPlace(entry: string, { kind }: DefinitionFile['definition'], file: string): void {
  const inControls = entry !== basename(entry);
  if (inControls === (kind === 'control')) return;
  throw new SluiceError('file-invalid', `${file} exports a ${kind}${inControls ? '' : ', outside of controls/'}`, {
    fix: inControls
      ? `Move it out of controls/: only what defineControl returns belongs there.`
      : `Move it to ${join(dirname(file), CONTROLS, basename(file))}.`,
  });
}

/** The definition a file exports as default; `undefined` for a file that exports no default: a helper. */
export async function readDefinition(
  path: string,
): Promise<TierDefinition | Destination | ControlDefinition | undefined> {
  const file = relative(process.cwd(), path) || path;
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (thrown) {
    // What a definition says of itself keeps its code; the file is all that it did not know.
    if (isSluiceError(thrown)) throw located(thrown, { file });
    throw loadFailure(path, thrown);
  }
  if (module.default === undefined) return undefined;
  const kind = (module.default as { kind?: unknown } | null)?.kind;
  if (kind === 'tier' || kind === 'destination' || kind === 'control') {
    return module.default as TierDefinition | Destination | ControlDefinition;
  }
  throw new SluiceError('file-invalid', `the default export of ${file} is no tier, no destination and no control`, {
    fix: 'Export what defineTier, defineDestination or defineControl returns, or move helpers to a folder of their own.',
  });
}

import { build, type Plugin, transform } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.ts';
import { type Built, outputsOf } from './bundle-outputs.ts';

/** The file that Lambda starts from, and the one with what it exports. */
const INDEX = 'index.mjs';
export const MAIN = 'main.mjs';

/** A function with all its files; `index.mjs` is the one that Lambda starts from. */
export type Merged = Omit<Built, 'eager'>;

/** To wait for the model belongs to the function's init phase, as all that happens while it is imported. */
const START = `import { handler } from "./${MAIN}";
await handler.ready;
export { handler };
`;

/**
 * Gives each function its `index.mjs`, and puts all that a start loads into one file: Node finds, reads and links each file of an ES module by itself. The bundler makes a file for each combination
 * of what needs the code in it; here what is loaded later imports the whole start, which is there by then.
 */
export async function mergeStarts(functions: readonly Built[]): Promise<readonly Merged[]> {
  const started = functions.map((one) => ({ ...one, files: new Map([...one.files, [INDEX, START]]) }));
  const waiting = await Promise.all(functions.map(awaitsAtTop));
  const some = started.filter((_, at) => !waiting[at]);
  const written = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: Object.fromEntries(some.map(({ name }) => [name, `${name}/${INDEX}`])),
    plugins: [filesPlugin(some)],
  });
  const names = some.map(({ name }) => name);
  const merged = new Map(outputsOf(names, INDEX, written).map((one) => [one.name, one]));
  return started.map((one) => {
    const { name, inputs } = one;
    const { files, eagerBytes } = merged.get(name) ?? one;
    return { name, inputs, eagerBytes, files };
  });
}

/** A start that awaits on its way may wait for what would import it, and so for itself: such a one stays in pieces. */
async function awaitsAtTop({ files, eager }: Built): Promise<boolean> {
  const supported = { 'top-level-await': false };
  const refused = eager.map((file) => transform(files.get(file)!, { supported, logLevel: 'silent' }));
  return Promise.all(refused).then(
    () => false,
    () => true,
  );
}

const NAMESPACE = 'sluice-merge';

/** Gives esbuild the files of each function, which are not written yet, under the function's name. */
function filesPlugin(functions: readonly Built[]): Plugin {
  const filesOf = new Map(functions.map(({ name, files }) => [name, files]));
  return {
    name: NAMESPACE,
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path, kind, importer }) => {
        const [name] = importer.split('/');
        const at = kind === 'entry-point' ? path : `${name}/${path.replace(/^\.\//, '')}`;
        return { path: at, namespace: NAMESPACE, pluginData: kind };
      });
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path, pluginData: kind }) => {
        const [name, file] = path.split('/');
        const text = filesOf.get(name!)!.get(file!)!;
        return { contents: kind === 'dynamic-import' ? `import "./${MAIN}";\n${text}` : text };
      });
    },
  };
}

import type { Metafile, OutputFile } from 'esbuild';

/** One function as esbuild made it. */
export interface Built {
  readonly name: string;
  /** File names and texts. */
  readonly files: ReadonlyMap<string, string>;
  /** The files that are loaded before the first record; the others are loaded when they are used. */
  readonly eager: readonly string[];
  readonly eagerBytes: number;
  /** Source files that something of is in it, relative to the working directory. */
  readonly inputs: readonly string[];
}

/** What esbuild has written, and what it says of it. */
export interface Written {
  readonly outputFiles: readonly OutputFile[];
  readonly metafile: Metafile;
}

/** The functions in what esbuild has written, by the names of their entries; each one's entry becomes the file `entry`. */
export function outputsOf(names: readonly string[], entry: string, written: Written): readonly Built[] {
  const texts = new Map(written.outputFiles.map((file) => [baseName(file.path), file.text]));
  return names.map((name) => functionOf(name, entry, written.metafile.outputs, texts));
}

function functionOf(
  name: string,
  entry: string,
  outputs: Metafile['outputs'],
  texts: ReadonlyMap<string, string>,
): Built {
  const first = `out/${name}.mjs`;
  const reached = reach(outputs, first, () => true);
  const eager = reach(outputs, first, (kind) => kind !== 'dynamic-import');
  const fileOf = (path: string): string => (path === first ? entry : baseName(path));
  const inputs = reached.flatMap((path) =>
    Object.entries(outputs[path]!.inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
  );
  return {
    name,
    files: new Map(reached.map((path) => [fileOf(path), texts.get(baseName(path))!])),
    eager: eager.map(fileOf),
    eagerBytes: eager.reduce((sum, path) => sum + outputs[path]!.bytes, 0),
    inputs: filesOf(inputs),
  };
}

/** What of the inputs are files: not the modules that plugins make, and each copy of an index file once. */
export function filesOf(inputs: readonly string[]): readonly string[] {
  const files = inputs.filter((path) => !path.includes(':')).map((path) => path.replace(/\?\d+$/, ''));
  return [...new Set(files)].sort();
}

/** The outputs an output leads to, itself included. */
function reach(outputs: Metafile['outputs'], from: string, follows: (kind: string) => boolean): readonly string[] {
  const seen = new Set([from]);
  for (const path of seen) {
    for (const { path: next, kind, external } of outputs[path]!.imports) {
      if (!external && follows(kind)) seen.add(next);
    }
  }
  return [...seen];
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

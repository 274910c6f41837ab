import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;
const PACKAGE = /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]package\.json$/;
const SETTINGS = /[\\/]@smithy[\\/]core[\\/].*[\\/]node-config-provider[\\/]configLoader\.js$/;
const LAZY = /[\\/]@(?:smithy[\\/]node-http-handler|aws[\\/]lambda-invoke-store)[\\/]dist-es[\\/].*\.js$/;
const HASHES = /[\\/]@smithy[\\/]core[\\/].*[\\/](?:Sha256Js|Md5Js)\.js$/;
const REGION = /[\\/]getInstanceMetadataRegion\.js$/;

/** Leaves out of the SDK what no function of Lambda needs: code, files to look for, chunks to load. */
export const sdkPlugin: Plugin = {
  name: 'sluice-sdk',
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => ({ contents: spelledOut(await readFile(path, 'utf8')) }));
    // Imported lazily, a module of Node's own would be a chunk of ours: one file more to find and read.
    build.onLoad({ filter: LAZY }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/import\((["']node:\w+["'])\)/g, 'process.getBuiltinModule($1)'),
    }));
    // A client imports its whole package.json to tell its version.
    build.onLoad({ filter: PACKAGE }, async ({ path }) => {
      const { name, version } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
    // The SDK looks for each setting in two profiles too, which no function has, and makes an error for each place.
    build.onLoad({ filter: SETTINGS }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/export const loadConfig = [\s\S]*/, FROM_ENVIRONMENT),
    }));
    // For engines without crypto; Node's hashes are always there.
    build.onLoad({ filter: HASHES }, ({ path }) => {
      const name = basename(path, '.js');
      return { contents: `export class ${name} { constructor() { throw new Error('this Node lacks a hash'); } }` };
    });
    // A function of Lambda knows its region by the environment, and has no instance to ask.
    build.onLoad({ filter: REGION }, () => ({
      contents: 'export const getInstanceMetadataRegion = async () => undefined;',
    }));
  },
};

/** A setting is what the environment says, where it can be read, or else its default. */
const FROM_ENVIRONMENT = `
const find = (select, options) => {
  try {
    return select(process.env, options);
  } catch {
    return undefined;
  }
};
export const loadConfig = ({ environmentVariableSelector, default: otherwise }, { signingName, logger } = {}) =>
  memoize(async () => {
    const found = find(environmentVariableSelector, { signingName, logger });
    if (found !== undefined) return found;
    return typeof otherwise === "function" ? otherwise() : otherwise;
  });
`;

/**
 * Schemas with their computed keys, such as `{ [_h]: … }` after `const _h = "http"`, written as texts: esbuild must take
 * a computed key for a side effect, and would keep the schemas of all operations of S3.
 */
function spelledOut(text: string): string {
  const names = new Map([...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]));
  return text.replace(/\[(\w+)\]:/g, (key, name: string) => (names.has(name) ? `${names.get(name)}:` : key));
}

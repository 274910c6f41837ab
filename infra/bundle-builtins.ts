import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const BUILTINS = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
/** Nothing but asynchronous functions, which can fetch their module when they are called. */
const PROMISES = /^(node:)?(fs|timers)\/promises$/;

/**
 * Imports of Node's own modules become `process.getBuiltinModule`. An ES module's `import … from 'node:http'` reads every
 * export of it, a getter among them that loads all of Node's fetch: 40 to 60 ms that each cold start would pay.
 */
export const builtinsPlugin: Plugin = {
  name: 'sluice-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_]\w*(\/\w+)*$/ }, ({ path, kind }) => {
      if (!BUILTINS.has(path) && !path.startsWith('node:')) return undefined;
      const namespace = kind === 'import-statement' ? 'builtin-esm' : 'builtin';
      return { path, namespace, sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    build.onLoad({ filter: /./, namespace: 'builtin-esm' }, ({ path }) => ({ contents: namedExports(path) }));
  },
};

/** A module that reads only those exports of the built-in one that are imported: esbuild leaves out the others. */
function namedExports(path: string): string {
  const found = process.getBuiltinModule(path) as object | undefined;
  const get = `process.getBuiltinModule(${JSON.stringify(path)})`;
  const names = Object.keys(found ?? {}).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
  const lazy = PROMISES.test(path) ? names.filter((name) => isFunction(found, name)) : [];
  return [
    ...lazy.map((name) => `export const ${name} = (...args) => ${get}.${name}(...args);`),
    `const found = /* @__PURE__ */ ${get};`,
    ...names.filter((n) => !lazy.includes(n)).map((n) => `export const ${n} = /* @__PURE__ */ (() => found.${n})();`),
    'export default found;',
  ].join('\n');
}

function isFunction(module: unknown, name: string): boolean {
  return typeof (module as Record<string, unknown>)[name] === 'function';
}

import { registerHooks } from 'node:module';

const STAND_IN = new URL('./vitest.ts', import.meta.url).href;

/** Test files get `test` and `describe` from `collected.ts`, and everything else from vitest itself. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vitest' && context.parentURL !== STAND_IN
      ? { url: STAND_IN, shortCircuit: true }
      : next(specifier, context),
});

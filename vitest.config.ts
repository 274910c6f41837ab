import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['sluice-source', 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // Tests run tiers and the CLI in child processes and threads, which inherit this and so find `sluice` in the source.
    execArgv: ['--conditions=sluice-source'],
    testTimeout: 20_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});

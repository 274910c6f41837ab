import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';

/** Compiles lib/ to dist/: what the package ships. */
await rm('dist', { recursive: true, force: true });
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });

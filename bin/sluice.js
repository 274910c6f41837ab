#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse: it must live long enough to say which Node it needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;

/** Runs the sources of a checkout, whose `sluice` imports resolve by a condition that only a new process can be given. */
function runSource(main) {
  const args = [...process.execArgv, '--conditions=sluice-source', main, ...process.argv.slice(2)];
  // The channel carries nothing: the command ends when it closes, so that killing this process leaves nothing behind.
  // Types are stripped once, not at every start: a third of the time to the first line of output.
  const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env };
  const child = spawn(process.execPath, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  console.error(
    `sluice needs Node ${NEEDED} or later; this is Node ${process.versions.node} (${process.execPath}).\n` +
      `  → Install it into your project: npm i -D node@${NEEDED}\n` +
      '    then run sluice through npx or an npm script: both put node_modules/.bin first on the PATH.',
  );
  process.exit(1);
} else {
  const main = fileURLToPath(new URL('../lib/cli/main.ts', import.meta.url));
  if (existsSync(main)) {
    runSource(main);
  } else {
    nodeModule.enableCompileCache();
    import(new URL('../dist/lib/cli/main.js', import.meta.url).href);
  }
}

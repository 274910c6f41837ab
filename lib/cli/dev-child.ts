import type { FromRun, ToRun } from './dev-messages.ts';
import { type DevRun, runHere } from './dev-run.ts';
import { EXIT, toFailure } from './failure.ts';
import { createIo } from './io.ts';

/** The process that runs an application for `dev`: a new one each time a file changes, since modules load only once. */
const { run, quiet } = JSON.parse(process.argv[2]!) as { run: DevRun; quiet: boolean };
const io = createIo({ ...(run.json && { json: true }), ...(run.verbose && { verbose: true }) });
const tell = (message: FromRun): void => void process.send?.(message);

// The watching process may have been killed: nothing may run on without it.
process.on('disconnect', () => process.exit(EXIT.failed));
// Ctrl-C reaches the whole group; the watching process says when to stop.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Whoever ends this process by its number means dev, which would only start another one.
process.on('SIGTERM', () => process.connected && process.kill(process.ppid, 'SIGTERM'));
process.stdout.on('error', () => process.exit(EXIT.failed));

const stop = new Promise<void>((resolve) => {
  process.on('message', (message: ToRun) => {
    if (message.do === 'stop') resolve();
  });
});

let loaded = false;
try {
  process.exitCode = await runHere(io, run, {
    stop,
    quiet,
    pid: process.ppid,
    onLoaded: () => {
      loaded = true;
    },
    onRunning: () => tell({ is: 'running' }),
  });
} catch (error) {
  process.exitCode = EXIT.failed;
  tell({ is: 'failed', by: loaded ? 'start' : 'files', failure: toFailure(error) });
}
process.stdout.write('', () => process.disconnect());

import { report } from './failure-report.ts';
import { createProgram } from './program.ts';

/** The command line: parses it, runs one command, reports what goes wrong, ends with the command's exit code. */
const flags = { json: process.argv.includes('--json'), verbose: process.argv.includes('--verbose') };

// A reader that stops reading, such as head, ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// The process that wraps a source checkout's command may be killed: nothing may run on without it.
if (process.channel) {
  process.on('disconnect', () => process.exit(1));
  process.channel.unref();
}

try {
  await createProgram(flags).parseAsync();
} catch (thrown) {
  process.exitCode = report(thrown, flags);
}
// Models may keep timers and handles open, and a command that is done must not wait for them.
process.stdout.write('', () => process.exit());

import { type ChildProcess, fork } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import type { FromRun, ToRun } from './dev-messages.ts';
import type { DevRun } from './dev-run.ts';
import { EXIT, type Failure } from './failure.ts';
import { failureJson, failureText } from './failure-report.ts';
import type { Io } from './io.ts';
import type { StopRequest } from './signals.ts';

/** Editors write a file in several steps. */
const QUIET_MS = 100;
/** Batches in work get this long to finish before a reload or the end. */
const STOP_MS = 30_000;
const RESTART_MS = 1_000;

/** How a child ended. */
interface Ended {
  /** Its exit code, or the signal that killed it. */
  readonly by: string;
  readonly failed?: Extract<FromRun, { is: 'failed' }>;
}

/** One process that runs the application. */
interface Child {
  readonly ended: Promise<Ended>;
  /** Finishes batches in work and ends it. */
  stop(): Promise<void>;
}

/** Runs an application in a process of its own, and in a new one whenever a file of it changes. */
export async function runWatched(io: Io, run: DevRun, stop: StopRequest): Promise<number> {
  const changes = watchFolder(run.folder);
  let first = true;
  try {
    while (!stop.signal.aborted) {
      const child = startChild({ run, quiet: !first });
      const changed = changes.next();
      const end = await Promise.race([child.ended, changed, stop.asked.then(() => 'stop' as const)]);
      if (end === 'stop' || typeof end === 'string') {
        await child.stop();
        if (end !== 'stop') io.note(`${end} changed: loading ${run.name} again`);
      } else if (end.failed) {
        tellFailure(io, end.failed.failure);
        if (end.failed.by === 'start') return EXIT.failed;
        io.note(`${run.name} waits for its files to change; its queues keep what is sent`);
        await Promise.race([changed, stop.asked]);
      } else {
        io.note(`the process of ${run.name} died (${end.by}); starting it again`);
        await Promise.race([changed, stop.asked, new Promise((resolve) => setTimeout(resolve, RESTART_MS))]);
      }
      first = false;
    }
    return EXIT.ok;
  } finally {
    changes.close();
  }
}

function tellFailure(io: Io, failure: Failure): void {
  if (io.json) process.stdout.write(`${JSON.stringify(failureJson(failure))}\n`);
  else io.note(failureText(failure));
}

function startChild(start: { readonly run: DevRun; readonly quiet: boolean }): Child {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const forked = fork(new URL(`./dev-child.${extension}`, import.meta.url), [JSON.stringify(start)]);
  let failed: Ended['failed'];
  forked.on('message', (message: FromRun) => {
    if (message.is === 'failed') failed = message;
  });
  const ended = new Promise<Ended>((resolve) => {
    forked.on('exit', (code, signal) => resolve({ by: signal ?? `exit code ${code}`, ...(failed && { failed }) }));
  });
  return { ended, stop: () => stopChild(forked, ended) };
}

async function stopChild(child: ChildProcess, ended: Promise<Ended>): Promise<void> {
  if (child.connected) child.send({ do: 'stop' } satisfies ToRun, () => undefined);
  // Nothing is lost by killing it: what it had in work comes back.
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** Changes in a folder, one at a time, each named by a file. */
interface Changes {
  /** Resolves with the next change that has come to rest. */
  next(): Promise<string>;
  close(): void;
}

function watchFolder(folder: string): Changes {
  let tell: ((file: string) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(folder, { recursive: true }, (_, file) => {
    if (file === null || /^\.|~$/.test(basename(file))) return;
    clearTimeout(timer);
    timer = setTimeout(() => tell?.(file), QUIET_MS);
  });
  return {
    // What changed before was read by the process that starts now.
    next: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

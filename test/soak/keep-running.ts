import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Harm } from './harm.ts';
import type { FromRunner, RunnerStart } from './runner.ts';

/** A runner that is started again whenever it ends. */
export interface Kept {
  /** `kill -9`; false where there was nothing to kill. */
  kill(): boolean;
  /** SIGSTOP. */
  stop(): boolean;
  /** SIGCONT. */
  go(): void;
  /** Lets it finish its batches, and starts it no more. */
  end(): Promise<void>;
}

const RESTART_MS = 100;

/** Keeps a runner running, and notes in `harm` what it says and how soon after a kill it works again. */
export function keepRunning(start: RunnerStart, harm: Harm, isFull: () => boolean): Kept {
  let child: ChildProcess | undefined;
  let killedAt: number | undefined;
  /** It was killed or stopped by us, or has said why it ends. */
  let expected = false;
  let ending = false;

  function note(message: FromRunner): void {
    if (message.is === 'working') {
      if (killedAt !== undefined) harm.recoveriesMs.push(Date.now() - killedAt);
      killedAt = undefined;
      return;
    }
    expected ||= message.is === 'refused';
    const counts = message.is === 'refused' ? harm.refusals : harm.faults;
    counts[message.code] = (counts[message.code] ?? 0) + 1;
    harm.messages[message.code] ??= message.message;
    // Then it is the disk that is waited for.
    if (isFull()) killedAt = undefined;
  }
  async function keep(): Promise<void> {
    while (!ending) {
      child = fork(new URL('./runner.ts', import.meta.url), [JSON.stringify(start)]);
      child.on('message', note);
      expected = false;
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      const how = signal ?? `exit ${code}`;
      if (!expected) harm.crashes[how] = (harm.crashes[how] ?? 0) + 1;
      child = undefined;
      await sleep(RESTART_MS);
    }
  }
  const kept = keep();
  return {
    kill() {
      if (!child?.kill('SIGKILL')) return false;
      expected = true;
      if (!isFull()) killedAt ??= Date.now();
      return true;
    },
    stop: () => child?.kill('SIGSTOP') ?? false,
    go: () => void child?.kill('SIGCONT'),
    async end() {
      ending = true;
      expected = true;
      child?.kill('SIGTERM');
      await kept;
    },
  };
}

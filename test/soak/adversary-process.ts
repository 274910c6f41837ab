import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type FromAdversary, type Harm, type HarmPlan, noHarm, type ToAdversary } from './harm.ts';
import type { RunnerStart } from './runner.ts';

/** What the adversary is told at its start. */
export interface AdversaryStart {
  readonly plan: HarmPlan;
  readonly start: RunnerStart;
  /** The folder whose disk is filled. */
  readonly disk: string;
}

/** The adversary, seen from the driver. */
export interface Adversary {
  harm(): Harm;
  now(): string;
  /** Ends the harm; the runner goes on. */
  rest(): Promise<void>;
  /** Ends the runner, and itself. */
  end(): Promise<void>;
  kill(): void;
}

/** Starts the process that keeps the runner running, and harms it. */
export function startAdversary(start: AdversaryStart): Adversary {
  const child: ChildProcess = fork(new URL('./adversary.ts', import.meta.url), [JSON.stringify(start)]);
  let harm = noHarm();
  let now = 'starting';
  const resting = Promise.withResolvers<void>();
  child.on('message', (message: FromAdversary) => {
    if (message.is === 'resting') return resting.resolve();
    ({ harm, now } = message);
  });
  child.once('exit', () => resting.reject(new Error('the adversary ended before its time')));
  resting.promise.catch(() => undefined);
  const tell = (message: ToAdversary): void => void child.send(message);
  return {
    harm: () => harm,
    now: () => now,
    async rest() {
      tell({ do: 'rest' });
      await resting.promise;
    },
    async end() {
      const exit = once(child, 'exit');
      tell({ do: 'end' });
      await exit;
    },
    kill: () => void (child.exitCode === null && child.connected && child.disconnect()),
  };
}

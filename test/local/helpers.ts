import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { QueueSpec } from '../../lib/core/plan.ts';
import { type LocalCloud, type OpenCloudOptions, openCloud } from '../../lib/local/cloud.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ReceivedMessage } from '../../lib/ports/queue.ts';

/** Every semantic holds in both. */
export const MODES = [':memory:', 'durable'] as const;

/** Queues the tests share. */
export const SPECS: readonly QueueSpec[] = [
  { name: 'small', visibilityMs: 30_000, retentionMs: 3_600_000, maxReceives: 3, deadLetters: 'small.dlq' },
  { name: 'small.dlq', visibilityMs: 30_000, retentionMs: 7_200_000 },
  { name: 'deep', visibilityMs: 30_000, retentionMs: 3_600_000 },
];

/** A new folder, gone after the test. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A cloud with the shared queues, closed after the test. */
export async function open(mode: string, options: Omit<OpenCloudOptions, 'dir'> = {}): Promise<LocalCloud> {
  const cloud = await openCloud({ ...options, dir: mode === 'durable' ? folder() : mode });
  onTestFinished(() => cloud.close());
  cloud.declare(SPECS);
  return cloud;
}

/** A clock that only moves when told. */
export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>;
}

/** Makes one. */
export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let now = start;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        abort?.addEventListener('abort', wake, { once: true });
        sleepers.add(sleeper);
      }),
    async advance(ms) {
      now += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
      await setImmediate();
    },
  };
}

/** Receives at once. */
export function take(cloud: LocalCloud, queue: string, max = 10, visibilityMs = 30_000) {
  return cloud.queue(queue).receive({ max, visibilityMs, waitMs: 0 });
}

/** The bodies of messages. */
export function bodies(messages: readonly ReceivedMessage[]): readonly string[] {
  return messages.map(({ body }) => body);
}

/** A decision about a flow. */
export function decision(flow: string, at = 1): DecisionRecord {
  const calls = { queue: 1, table: 0, object: 0 };
  const tier = { application: 'photos', tier: 'small', version: '1' };
  return { v: 1, at, ...tier, flow, decision: 'accepted', in: [{ id: 'm', kind: 'data' }], attempt: 1, calls };
}

/** Another process that runs a fixture; killed after the test. */
export interface Child {
  readonly process: ChildProcess;
  /** Every line it has printed. */
  readonly lines: string[];
  /** Resolves once it has printed that many lines. */
  printed(count: number): Promise<void>;
  /** Ends it as a power button does. */
  kill(): Promise<void>;
}

/** Starts one. */
export function spawnFixture(name: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures', name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reader = createInterface({ input: child.stdout });
  const ended = new Promise<void>((resolve) => reader.once('close', () => resolve()));
  reader.on('line', (line) => lines.push(line));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await Promise.all([exited, ended]);
  };
  onTestFinished(kill);
  return {
    process: child,
    lines,
    kill,
    printed: (count) =>
      new Promise((resolve, reject) => {
        const check = (): void => (lines.length >= count ? resolve() : undefined);
        reader.on('line', check);
        reader.once('close', () => reject(new Error(`${name} ended after ${lines.length} lines`)));
        check();
      }),
  };
}

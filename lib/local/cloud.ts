import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DecisionRecord } from '../core/decision.ts';
import { rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { QueueSpec } from '../core/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Random } from '../ports/random.ts';
import { systemClock, systemRandom } from '../runtime/system.ts';
import { bells } from './bells.ts';
import { type Database, openDatabase } from './database.ts';
import { decisionFiles } from './decision-files.ts';
import { decisionMemory } from './decision-memory.ts';
import { fileObjects, prepareObjects } from './file-objects.ts';
import type { LocalObjects } from './local-objects.ts';
import type { LocalTable } from './local-table.ts';
import { lockFolder, type RunnerLock } from './lock.ts';
import { memoryObjects } from './memory-objects.ts';
import { memoryTable } from './memory-table.ts';
import { queueRegistry } from './queue-registry.ts';
import { queueStatements } from './queue-statements.ts';
import { sqliteQueue } from './sqlite-queue.ts';
import { sqliteTable } from './sqlite-table.ts';
import { storeError } from './store-errors.ts';

/** The embedded cloud: everything a cascade runs on, in this process. */
export interface LocalCloud extends Cloud {
  /** The folder, as an absolute path, or `:memory:`. */
  readonly dir: string;
  readonly mode: 'memory' | 'durable';
  readonly table: LocalTable;
  readonly objects: LocalObjects;
  /** Makes queues, or changes the times of those that are there; messages are kept. */
  declare(specs: readonly QueueSpec[]): void;
  /** Every declared queue. */
  queues(): readonly QueueSpec[];
  /** When the oldest message of each queue that has one was sent, ms since the epoch, by the queue's name. */
  oldest(): ReadonlyMap<string, number>;
  /** Ends waiting receives and lets go of the folder. */
  close(): Promise<void>;
}

/** How to open it. */
export interface OpenCloudOptions {
  /** A folder to keep everything in, or `:memory:` to keep nothing. */
  readonly dir: string;
  /** `runner` (the default) holds the folder alone; any number of clients may send and look beside it. */
  readonly role?: 'runner' | 'client';
  readonly clock?: Clock;
  readonly random?: Random;
  /** Called with every decision written. */
  readonly onDecisions?: (records: readonly DecisionRecord[]) => void;
  /** Queues and table together refuse to grow beyond this; in memory, queues alone. Bytes. */
  readonly maxBytes?: number;
}

/**
 * Opens the embedded cloud. In a folder, every call that has resolved survives the death of the process, `kill -9`
 * included; a power cut may cost the last moments before it, never more. When a runner opens a folder, messages that a
 * dead runner had in flight are visible at once, and its receipts are void.
 *
 * @throws SluiceError `store-in-use`, `store-corrupt`, `store-full`, `option-unknown`, `option-invalid`
 * @example
 * ```ts
 * import { openCloud } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * const photo = await cloud.objects.put('cat.png', new Uint8Array(40));
 * console.log(cloud.mode, photo.size); // memory 40
 * await cloud.close();
 * ```
 */
export async function openCloud(options: OpenCloudOptions): Promise<LocalCloud> {
  checkOptions(options);
  if (options.dir === ':memory:') return assemble(options, openDatabase({ ...options, check: false }), undefined);
  const { role = 'runner', clock = systemClock } = options;
  const dir = resolve(options.dir);
  try {
    await mkdir(dir, { recursive: true });
    await prepareObjects(dir, clock);
  } catch (error) {
    throw storeError(error, dir);
  }
  const lock = role === 'runner' ? await lockFolder(dir) : undefined;
  let database: Database | undefined;
  try {
    database = openDatabase({ ...options, dir, check: role === 'runner' });
    if (lock) returnInFlight(database);
    return assemble({ ...options, dir }, database, lock);
  } catch (error) {
    database?.close();
    lock?.release();
    throw error;
  }
}

const KEYS = ['dir', 'role', 'clock', 'random', 'onDecisions', 'maxBytes'];

function checkOptions(options: OpenCloudOptions): void {
  rejectUnknownKeys(options, KEYS, 'openCloud');
  const { dir, role = 'runner', maxBytes } = options;
  requireOption(typeof dir === 'string' && dir !== '', 'openCloud', 'dir', dir, "a folder, or ':memory:'");
  requireOption(['runner', 'client'].includes(role), 'openCloud', 'role', role, "'runner' or 'client'");
  requireOption(maxBytes === undefined || maxBytes > 0, 'openCloud', 'maxBytes', maxBytes, 'a number of bytes');
}

function returnInFlight(database: Database): void {
  const release = 'UPDATE messages SET visible_at = 0, delivery = delivery + 1 WHERE ready = 0 AND receives > 0';
  database.transaction(() => database.prepare(release).run());
}

function assemble(options: OpenCloudOptions, database: Database, lock: RunnerLock | undefined): LocalCloud {
  const { dir, clock = systemClock, random = systemRandom, onDecisions } = options;
  const durable = dir !== ':memory:';
  const registry = queueRegistry(database);
  const ringing = bells(database, clock, durable);
  const tools = { database, statements: queueStatements(database), registry, bells: ringing, clock, random };
  const queues = new Map<string, Queue>();
  const files = durable ? decisionFiles(dir) : undefined;
  const log: Required<DecisionLog> = files ?? decisionMemory();
  const table = durable ? sqliteTable(database, clock) : memoryTable(clock);
  let open = true;

  return {
    dir,
    mode: durable ? 'durable' : 'memory',
    clock,
    random,
    table,
    objects: durable ? fileObjects({ dir, random }) : memoryObjects(clock),
    decisions: {
      async write(records) {
        await log.write(records);
        onDecisions?.(records);
      },
      flow: (flowId) => log.flow(flowId),
      files: (range) => log.files(range),
    },
    queue(name) {
      const queue = queues.get(name) ?? sqliteQueue(name, tools);
      queues.set(name, queue);
      return queue;
    },
    declare: (specs) => registry.declare(specs),
    queues: () => registry.all(),
    oldest: () => registry.oldest(),
    async close() {
      if (!open) return;
      open = false;
      ringing.close();
      files?.close();
      database.close();
      lock?.release();
    },
  };
}

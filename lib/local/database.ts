import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SluiceError } from '../core/errors.ts';
import { createDatabase } from './database-draft.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './database-schema.ts';
import { storeCorrupt, storeError } from './store-errors.ts';

/** The store's SQLite database. */
export interface Database {
  readonly dir: string;
  prepare(sql: string): StatementSync;
  /** Runs `work` in one transaction: all of it is kept, or nothing. @throws SluiceError `store-full`, `store-corrupt` */
  transaction<T>(work: () => T): T;
  /** Runs reads, with their errors made readable. */
  read<T>(work: () => T): T;
  /** Changes when another process has written; never in memory. */
  foreignVersion(): number;
  close(): void;
}

/** How to open it. */
export interface DatabaseOptions {
  readonly dir: string;
  /** The database refuses to grow beyond this. */
  readonly maxBytes?: number;
  /** Read the whole database for damage, where it is small enough for that to be quick. */
  readonly check: boolean;
}

const BUSY_TIMEOUT_MS = 5_000;
const CHECK_UP_TO_BYTES = 64 * 2 ** 20;
const PAGE_BYTES = 4_096;

/** Opens `cloud.sqlite` in the folder, made where it is missing, or a database in memory. */
export function openDatabase(options: DatabaseOptions): Database {
  const durable = options.dir !== ':memory:';
  const file = durable ? join(options.dir, 'cloud.sqlite') : ':memory:';
  let sqlite: DatabaseSync | undefined;
  try {
    if (durable && !existsSync(file)) createDatabase(options.dir, file);
    if (durable && statSync(file).size === 0) throw storeCorrupt(options.dir, `${file} is empty`);
    sqlite = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    if (!durable) sqlite.exec(SCHEMA);
    prepareDatabase(sqlite, options);
    return wrap(sqlite, options.dir, durable);
  } catch (error) {
    sqlite?.close();
    throw storeError(error, options.dir);
  }
}

function prepareDatabase(sqlite: DatabaseSync, { dir, maxBytes, check }: DatabaseOptions): void {
  // WAL with NORMAL leaves every commit to the operating system: it survives the process, not a power cut.
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000');
  sqlite.exec('PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768');
  if (maxBytes !== undefined) sqlite.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
  const version = pragma(sqlite, 'user_version');
  if (pragma(sqlite, 'application_id') !== APPLICATION_ID) throw storeCorrupt(dir, 'it is not a database of sluice');
  if (version > SCHEMA_VERSION) throw tooNew(dir, version);
  if (!check || pragma(sqlite, 'page_count') * PAGE_BYTES > CHECK_UP_TO_BYTES) return;
  const verdict = sqlite.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw storeCorrupt(dir, String(verdict));
}

function wrap(sqlite: DatabaseSync, dir: string, durable: boolean): Database {
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const dataVersion = sqlite.prepare('PRAGMA data_version');

  function read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(error, dir);
    }
  }
  function transaction<T>(work: () => T): T {
    return read(() => {
      begin.run();
      try {
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        // SQLite has rolled back by itself where the disk was full.
        if (sqlite.isOpen && sqlite.isTransaction) sqlite.exec('ROLLBACK');
        throw error;
      }
    });
  }
  return {
    dir,
    prepare: (sql) => read(() => sqlite.prepare(sql)),
    transaction,
    read,
    foreignVersion: () => (durable ? read(() => Number(dataVersion.get()?.data_version)) : 0),
    close: () => sqlite.close(),
  };
}

function pragma(sqlite: DatabaseSync, name: string): number {
  return Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function tooNew(dir: string, version: number): SluiceError {
  return new SluiceError('store-corrupt', `the store in ${dir} was written by a newer sluice (schema ${version})`, {
    fix: `Update sluice, or start with another folder; this one reads schema ${SCHEMA_VERSION}.`,
    details: { dir, version, known: SCHEMA_VERSION },
  });
}

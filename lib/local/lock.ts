import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { SluiceError } from '../core/errors.ts';
import { isBusy, storeError } from './store-errors.ts';

/** A folder held by this process as its runner. */
export interface RunnerLock {
  release(): void;
}

const LOCK_FILE = 'lock.sqlite';
const ATTEMPTS = 60;
const BETWEEN_ATTEMPTS_MS = 50;

/**
 * Takes the folder for this process. The operating system releases the lock when the process ends, however it ends;
 * the pid beside it is only for the message. @throws SluiceError `store-in-use`
 */
export async function lockFolder(dir: string): Promise<RunnerLock> {
  const pidFile = join(dir, 'runner.pid');
  for (let attempt = 1; ; attempt += 1) {
    const lock = tryLock(dir);
    if (lock) return hold(lock, dir, pidFile);
    if (attempt === ATTEMPTS) throw inUse(dir, pidOf(pidFile));
    // The other process lives in real time, whatever clock this store runs on.
    await setTimeout(BETWEEN_ATTEMPTS_MS);
  }
}

function hold(lock: DatabaseSync, dir: string, pidFile: string): RunnerLock {
  const release = (): void => {
    rmSync(pidFile, { force: true });
    lock.close();
  };
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    release();
    throw storeError(error, dir);
  }
  return { release };
}

/** Whether a runner holds the folder now. A pid file could not tell: a pid may outlive its process. */
export function isLocked(dir: string): boolean {
  const file = join(dir, LOCK_FILE);
  if (!existsSync(file)) return false;
  const lock = new DatabaseSync(file, { timeout: 0, readOnly: true });
  try {
    // Reading asks for a shared lock, which a runner's exclusive one refuses.
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    lock.close();
  }
}

function tryLock(dir: string): DatabaseSync | undefined {
  const database = new DatabaseSync(join(dir, LOCK_FILE), { timeout: 0 });
  try {
    // Without a journal there is nothing to write: a full disk does not keep a runner out.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw storeError(error, dir);
  }
}

function pidOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}

function inUse(dir: string, pid: string): SluiceError {
  return new SluiceError('store-in-use', `another runner (pid ${pid}) uses the store in ${dir}`, {
    fix: `Stop it (kill ${pid}), or start this runner with another folder.`,
    details: { dir, pid },
  });
}

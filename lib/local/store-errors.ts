import { SluiceError, toError } from '../core/errors.ts';

const SQLITE = { busy: 5, locked: 6, readonly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
/** The shared-memory file could not grow, which on Linux means a full disk (`SQLITE_IOERR_SHMSIZE`). */
const SHARED_MEMORY_SIZE = 4_874;

/** What SQLite or the file system threw, as the error a reader of the folder's name can act on. */
export function storeError(thrown: unknown, dir: string): Error {
  const error = toError(thrown);
  const { code, errcode } = error as { code?: string; errcode?: number };
  if (code === 'ENOSPC' || code === 'EDQUOT') return storeFull(dir, error);
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') return unusable(dir, error);
  if (code === 'ERR_INVALID_STATE')
    return new SluiceError('queue-failed', `the store in ${dir} is closed`, { cause: error });
  if (errcode === undefined) return error;
  const primary = errcode & 0xff;
  if (primary === SQLITE.full || errcode === SHARED_MEMORY_SIZE) return storeFull(dir, error);
  if (primary === SQLITE.corrupt || primary === SQLITE.notADatabase) return storeCorrupt(dir, error.message, error);
  if (primary === SQLITE.cannotOpen || primary === SQLITE.readonly) return unusable(dir, error);
  if (primary === SQLITE.busy || primary === SQLITE.locked) {
    return new SluiceError('queue-failed', `another process kept the store in ${dir} locked`, { cause: error });
  }
  return new SluiceError('queue-failed', `the store in ${dir} failed: ${error.message}`, { cause: error });
}

/** True where SQLite says that someone else holds the lock. */
export function isBusy(thrown: unknown): boolean {
  return ((thrown as { errcode?: number }).errcode ?? 0) % 256 === SQLITE.busy;
}

/** The folder holds something that sluice did not write, or not all of what it wrote. */
export function storeCorrupt(dir: string, what: string, cause?: unknown): SluiceError {
  return new SluiceError('store-corrupt', `the store in ${dir} cannot be read: ${what}`, {
    fix: `Move ${dir} away and start again with an empty folder, or restore it from a copy.`,
    cause,
    details: { dir },
  });
}

function storeFull(dir: string, cause: Error): SluiceError {
  return new SluiceError('store-full', `there is no space left for the store in ${dir}`, {
    fix: 'Free some space and try again; nothing of this call was kept.',
    cause,
    details: { dir },
  });
}

function unusable(dir: string, cause: Error): SluiceError {
  return new SluiceError('usage', `${dir} cannot be used as a store: ${cause.message}`, {
    fix: 'Name a folder that you may write to.',
    cause,
    details: { dir },
  });
}

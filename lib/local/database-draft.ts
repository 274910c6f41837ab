import { linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SCHEMA } from './database-schema.ts';

/**
 * Makes the database of a new folder: elsewhere first, so that `cloud.sqlite` is whole from the moment it is there,
 * whoever dies while it is made. Where another process was faster, its database stays.
 */
export function createDatabase(dir: string, file: string): void {
  const draft = join(dir, 'objects', 'partial', `cloud-${process.pid}.sqlite`);
  try {
    rmSync(draft, { force: true });
    const sqlite = new DatabaseSync(draft);
    try {
      sqlite.exec(`PRAGMA journal_mode = WAL; BEGIN; ${SCHEMA}; COMMIT`);
    } finally {
      sqlite.close();
    }
    publish(draft, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
  }
}

function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EEXIST') return;
    // Some file systems have no links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    renameSync(draft, file);
  }
}

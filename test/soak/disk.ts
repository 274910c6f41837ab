import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own in a file, small enough to be filled. */
export interface SmallDisk {
  readonly dir: string;
  /** Why it could not be made, where it is only a folder. */
  readonly notPossible?: string;
  remove(): void;
}

const DISK_BYTES = 4 * 2 ** 30;

/**
 * Makes an ext4 of 4 GiB in a file that takes only what is written to it, and mounts it, for which the system wants root;
 * where that fails, an ordinary folder.
 */
export function makeDisk(work: string): SmallDisk {
  const dir = join(work, 'disk');
  const image = join(work, 'disk.img');
  mkdirSync(dir);
  try {
    const file = openSync(image, 'w');
    ftruncateSync(file, DISK_BYTES);
    closeSync(file);
    run('mkfs.ext4', '-q', '-m', '0', image);
    run('mount', '-o', 'loop', image, dir);
  } catch (error) {
    rmSync(image, { force: true });
    return { dir, notPossible: whyOf(error), remove: () => undefined };
  }
  // Lazily: a process that is just dying may still have a file open.
  return { dir, remove: () => run('umount', '--lazy', dir) };
}

/** Keeps a disk full. */
export interface Filler {
  /** Takes all space that is left; called again, what has become free since. */
  fill(): void;
  /** Gives it all back. */
  free(): void;
}

const STEP_BYTES = 2 ** 20;

/** Fills the disk that a folder is on. */
export function filler(dir: string): Filler {
  const name = join(dir, 'filler');
  return {
    fill() {
      const { bavail, bsize } = statfsSync(dir);
      // Most of it without writing, which would take seconds; the rest for real, until the system refuses.
      const most = bavail * bsize - 2 * STEP_BYTES;
      if (most > 0) run('fallocate', '--length', String(most), `${name}-${Date.now()}`);
      const file = openSync(name, 'a');
      try {
        for (const block of [Buffer.alloc(STEP_BYTES, 1), Buffer.alloc(512, 1)]) writeUntilFull(file, block);
      } finally {
        closeSync(file);
      }
    },
    free() {
      for (const entry of readdirSync(dir)) if (entry.startsWith('filler')) rmSync(join(dir, entry));
    },
  };
}

function writeUntilFull(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) > 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error;
  }
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What the command said, in a line. */
function whyOf(error: unknown): string {
  const { message, stderr } = error as { readonly message: string; readonly stderr?: Buffer };
  return (stderr?.toString() || message).trim().split('\n')[0]!;
}

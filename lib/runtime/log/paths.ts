import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError, toError } from '../../core/errors.ts';
import type { LogFile } from '../../ports/decision-log.ts';

const LOG_FILE = /\.ndjson(\.gz)?$/;
const AT_ONCE = 2 ** 20;

/**
 * The files of a log on disk. Of a folder these are all `.ndjson` and `.ndjson.gz` below it, by name; of a durable folder of
 * the embedded cloud its `decisions`.
 *
 * @throws SluiceError `log-unreadable`
 */
export async function* filesAt(paths: readonly string[]): AsyncGenerator<LogFile> {
  for (const path of paths) {
    const found = await stat(path).catch(failed(path));
    if (!found.isDirectory()) {
      yield fileAt(path);
      continue;
    }
    const names = await namesIn(path);
    if (names.length === 0) throw unreadable(path, 'it holds no .ndjson or .ndjson.gz');
    for (const name of names) yield fileAt(join(path, name));
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  const logs = entries.filter((name) => LOG_FILE.test(name)).sort();
  const own = logs.filter((name) => /^decisions[\\/]/.test(name));
  return own.length > 0 && entries.includes('cloud.sqlite') ? own : logs;
}

export function fileAt(path: string): LogFile {
  return {
    name: path,
    async *bytes() {
      const file = await open(path).catch(failed(path));
      // One buffer for the whole file: new ones would cost more than what is done with them.
      const buffer = Buffer.allocUnsafeSlow(AT_ONCE);
      try {
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length).catch(failed(path));
          if (bytesRead === 0) return;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    },
  };
}

const failed =
  (path: string) =>
  (cause: unknown): never => {
    throw unreadable(path, toError(cause).message, cause);
  };

function unreadable(file: string, problem: string, cause?: unknown): SluiceError {
  return new SluiceError('log-unreadable', `the decision log cannot be read: ${problem}`, {
    file,
    fix: 'Name a file of decision records, a folder with such files, or a durable folder of the embedded cloud.',
    cause,
  });
}

import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DecisionRecord } from '../../lib/index.ts';

/** Reads a decision log while it is written. */
export interface LogTail {
  /** Takes every whole line written since the last call. */
  read(): void;
  /** Lines that a dying process cut short. */
  readonly torn: number;
}

const CHUNK_BYTES = 2 ** 20;
const NEWLINE = 10;

/** Follows the files of `decisions/` and deletes those that are read, unless it is to `keep` them. */
export function tailLog(dir: string, keep: boolean, take: (record: DecisionRecord) => void): LogTail {
  const folder = join(dir, 'decisions');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let current: string | undefined;
  let offset = 0;
  let torn = 0;

  function readFile(name: string): void {
    const file = openSync(join(folder, name), 'r');
    try {
      for (;;) {
        const bytes = readSync(file, chunk, 0, CHUNK_BYTES, offset);
        const end = chunk.subarray(0, bytes).lastIndexOf(NEWLINE) + 1;
        if (end === 0) return;
        offset += end;
        takeLines(chunk.toString('utf8', 0, end));
      }
    } finally {
      closeSync(file);
    }
  }
  function takeLines(text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const record = parse(line);
      if (record) take(record);
      else torn += 1;
    }
  }
  return {
    get torn() {
      return torn;
    },
    read() {
      const names = readdirSync(folder).sort();
      for (const name of names.filter((each) => current === undefined || each >= current)) {
        if (name !== current) offset = 0;
        current = name;
        readFile(name);
        if (!keep && name !== names.at(-1)) rmSync(join(folder, name));
      }
    },
  };
}

function parse(line: string): DecisionRecord | undefined {
  try {
    return JSON.parse(line) as DecisionRecord;
  } catch {
    return undefined;
  }
}

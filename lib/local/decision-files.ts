import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecisionRecord } from '../core/decision.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { fileAt } from '../runtime/log/paths.ts';
import { storeError } from './store-errors.ts';

/** A decision log that holds a file open. */
export interface DecisionFiles extends Required<DecisionLog> {
  close(): void;
}

const ROTATE_BYTES = 64 * 2 ** 20;
const NEWLINE = 10;

/**
 * Decisions as NDJSON files in `decisions/`, numbered in the order they were written. A call is one write to a file
 * opened for appending, so processes that share the folder do not mix their lines.
 */
export function decisionFiles(dir: string, rotateBytes: number = ROTATE_BYTES): DecisionFiles {
  const folder = join(dir, 'decisions');
  let number = 0;
  let file: number | undefined;
  let size = 0;

  function names(): readonly string[] {
    return readdirSync(folder)
      .filter((name) => /^\d{6}\.ndjson$/.test(name))
      .sort();
  }
  function open(next: number): number {
    number = next;
    const path = join(folder, `${String(number).padStart(6, '0')}.ndjson`);
    const opened = openSync(path, 'a+');
    try {
      size = fstatSync(opened).size;
      if (size > 0 && !endsLine(opened, size)) size += writeSync(opened, '\n');
      return opened;
    } catch (error) {
      // Each write tries again while the disk is full, and must not leave a file open every time.
      closeSync(opened);
      throw error;
    }
  }
  function current(): number {
    file ??= open(Math.max(1, Number.parseInt(names().at(-1) ?? '1', 10)));
    if (size < rotateBytes) return file;
    closeSync(file);
    file = undefined;
    file = open(number + 1);
    return file;
  }
  function append(bytes: Buffer): void {
    const target = current();
    const before = fstatSync(target).size;
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(target, bytes, done);
      size = before + bytes.length;
    } catch (error) {
      takeBack(target, before, done);
      throw error;
    }
  }
  /** Half a call must not stay behind on a full disk; where it does, opening the file again ends its line. */
  function takeBack(target: number, before: number, done: number): void {
    file = undefined;
    try {
      const { size: after } = fstatSync(target);
      // Whatever else came meanwhile is another process's, and was acknowledged there.
      if (done > 0 && after === before + done) ftruncateSync(target, before);
    } catch {
      // The write's own error says why.
    } finally {
      closeSync(target);
    }
  }
  mkdirSync(folder, { recursive: true });
  return {
    async write(records) {
      if (records.length === 0) return;
      try {
        append(Buffer.from(`${records.map((record) => JSON.stringify(record)).join('\n')}\n`));
      } catch (error) {
        throw storeError(error, dir);
      }
    },
    async flow(flowId) {
      const found: (readonly DecisionRecord[])[] = [];
      for (const name of names()) found.push(recordsOf(flowId, await readFile(join(folder, name))));
      return found.flat();
    },
    async *files() {
      for (const name of names()) yield fileAt(join(folder, name));
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Only lines that hold the flow's id are parsed. */
function recordsOf(flowId: string, log: Buffer): readonly DecisionRecord[] {
  const needle = Buffer.from(`"flow":${JSON.stringify(flowId)}`);
  const found: DecisionRecord[] = [];
  for (let at = log.indexOf(needle); at !== -1; ) {
    const start = log.lastIndexOf(NEWLINE, at) + 1;
    const newline = log.indexOf(NEWLINE, at);
    const end = newline === -1 ? log.length : newline;
    const record = parse(log.toString('utf8', start, end));
    if (record?.flow === flowId) found.push(record);
    at = log.indexOf(needle, end);
  }
  return found;
}

/** A line cut short by a dying process is no record. */
function parse(line: string): DecisionRecord | undefined {
  try {
    return JSON.parse(line) as DecisionRecord;
  } catch {
    return undefined;
  }
}

function endsLine(file: number, size: number): boolean {
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}

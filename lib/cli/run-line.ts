import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { toError } from '../core/errors.ts';
import { checkFlowId } from '../core/flow-id.ts';
import { didYouMean } from '../core/nearest.ts';
import { wrongUsage } from './failure.ts';

/** One line of input: a flow's data and how to send it. */
export interface RunLine {
  readonly entry: string;
  readonly data: unknown;
  readonly flowId: string;
  readonly at?: Date;
  readonly deadline?: Date;
  readonly fair?: string;
  readonly objects?: Readonly<Record<string, Uint8Array>>;
}

/** What a line may leave out. */
export interface LineDefaults {
  readonly entries: readonly string[];
  /** The entry of a line that names none; `undefined` where there are several and none was chosen. */
  readonly entry: string | undefined;
  /** Folder that paths of objects begin at. */
  readonly folder: string;
  readonly newId: () => string;
}

const KEYS = ['data', 'flowId', 'at', 'deadline', 'entry', 'objects', 'fair'];

/** Reads one line; every fault of it is an error that says what to write instead. */
export async function readRunLine(text: string, defaults: LineDefaults): Promise<RunLine> {
  const line = parseLine(text);
  const { data, at, deadline, fair, objects = {} } = line;
  if (fair !== undefined && typeof fair !== 'string')
    throw wrongUsage('"fair" is not a string', 'Name whose turn it is: {"fair": "shop-7"}.');
  const files = await readObjects(objects, defaults.folder);
  return {
    entry: entryOf(line.entry, defaults),
    data,
    flowId: line.flowId === undefined ? defaults.newId() : checkFlowId(line.flowId),
    ...(at !== undefined && { at: toDate(at, 'at') }),
    ...(deadline !== undefined && { deadline: toDate(deadline, 'deadline') }),
    ...(fair !== undefined && { fair }),
    ...(Object.keys(files).length > 0 && { objects: files }),
  };
}

function parseLine(text: string): Readonly<Record<string, unknown>> {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw wrongUsage(`is not JSON: ${toError(error).message}`, 'Write one JSON object a line: {"data": …}.');
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line) || !('data' in line)) {
    throw wrongUsage('has no "data"', dataFix(line, text.trim().slice(0, 60)));
  }
  const unknown = Object.keys(line).find((key) => !KEYS.includes(key));
  if (unknown === undefined) return { ...line };
  throw wrongUsage(`has an unknown key "${unknown}"`, `${didYouMean(unknown, KEYS)}Known: ${KEYS.join(', ')}.`);
}

function dataFix(line: unknown, text: string): string {
  const keys = typeof line === 'object' && line !== null && !Array.isArray(line) ? Object.keys(line) : [];
  return keys.some((key) => KEYS.includes(key))
    ? `Add it: {"data": …, ${text.slice(1)}.`
    : `Put the data under that key: {"data": ${text}}.`;
}

/** Checks an entry by name. */
export function entryOf(entry: unknown, defaults: Pick<LineDefaults, 'entries' | 'entry'>): string {
  const { entries } = defaults;
  if (entry === undefined && defaults.entry !== undefined) return defaults.entry;
  if (typeof entry === 'string' && entries.includes(entry)) return entry;
  const known = `Entries: ${entries.join(', ')}.`;
  if (entry === undefined) throw wrongUsage('there are several first tiers and no "entry" says which', known);
  const nearest = typeof entry === 'string' ? didYouMean(entry, entries) : '';
  throw wrongUsage(`there is no entry ${JSON.stringify(entry)}`, `${nearest}${known}`);
}

/** An event time as ISO text or ms since the epoch. */
export function toDate(value: unknown, name: string): Date {
  const date = typeof value === 'number' || typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw wrongUsage(
    `"${name}" is no time: ${JSON.stringify(value)}`,
    'Write 2026-01-31T12:00:00Z or milliseconds since 1970.',
  );
}

async function readObjects(objects: unknown, folder: string): Promise<Record<string, Uint8Array>> {
  if (typeof objects !== 'object' || objects === null) {
    throw wrongUsage('"objects" is not an object', 'Name a file for each: {"objects": {"photo": "cat.png"}}.');
  }
  const read: Record<string, Uint8Array> = {};
  for (const [name, source] of Object.entries(objects)) read[name] = await readObject(name, source, folder);
  return read;
}

/** The bytes of one object: of a file, or written in the line itself. */
export async function readObject(name: string, source: unknown, folder: string): Promise<Uint8Array> {
  if (typeof source === 'string') {
    try {
      return await readFile(resolve(folder, source));
    } catch (error) {
      const fix = `Paths begin at ${resolve(folder)}.`;
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const problem = missing ? `is a file that is not there: ${source}` : `cannot be read: ${toError(error).message}`;
      throw wrongUsage(`object "${name}" ${problem}`, fix);
    }
  }
  const base64 = (source as { base64?: unknown } | null)?.base64;
  // Node passes over what is no base64, and would send other bytes than were meant.
  if (typeof base64 === 'string' && /^[\w+/-]*={0,2}$/.test(base64)) return Buffer.from(base64, 'base64');
  if (typeof base64 === 'string') {
    throw wrongUsage(`object "${name}" is not base64`, 'Encode it, or name a file: {"objects": {"name": "path"}}.');
  }
  const fix = 'Name a file: {"objects": {"name": "path"}}.';
  throw wrongUsage(`object "${name}" is neither a path nor {"base64": "…"}`, fix);
}

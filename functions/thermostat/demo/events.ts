import { createReadStream } from 'node:fs';
import * as z from 'zod';
import { Setting } from '../controls/setting.ts';
import { Reading } from '../thermostat.ts';

const Control = Setting.extend({ kind: z.literal('control'), version: z.int().positive() });
const Data = Reading.extend({ kind: z.literal('data') });
const KINDS = { control: Control, data: Data };

/** Where an event stood: `i` counts events from 0, `line` lines from 1; blank lines are no events. */
export interface Place {
  readonly i: number;
  readonly line: number;
}

/** A line that is no event, and why. */
export interface Broken {
  readonly kind: 'broken';
  readonly problem: string;
}

export type Event = z.infer<typeof Control> | z.infer<typeof Data>;

/** The events of a file, or of stdin (`-`), one JSON object a line, as they come. */
export async function* readEvents(file: string): AsyncGenerator<Place & (Event | Broken)> {
  let i = 0;
  let line = 0;
  for await (const text of linesOf(file === '-' ? process.stdin : createReadStream(file))) {
    line += 1;
    if (text.trim() !== '') yield { ...toEvent(text), i: i++, line };
  }
}

/** Only `\n` ends a line: names may hold other characters at which line readers split. */
async function* linesOf(chunks: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest + decoder.decode();
}

/** Reads one line. */
export function toEvent(text: string): Event | Broken {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    return broken(`is not JSON: ${(error as Error).message}`);
  }
  const kind = (event as { readonly kind?: unknown } | null)?.kind;
  if (kind !== 'control' && kind !== 'data') {
    return broken(`is of kind ${JSON.stringify(kind)}, and must be "control" or "data"`);
  }
  const { data, error } = (KINDS[kind] as z.ZodType<Event>).safeParse(event);
  return data ?? broken(`does not fit: ${error!.issues.map(toText).join('; ')}`);
}

const broken = (problem: string): Broken => ({ kind: 'broken', problem });
const toText = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.')}: ${message}`;

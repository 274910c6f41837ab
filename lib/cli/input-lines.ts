import { createReadStream } from 'node:fs';

/** Some lines as they came, numbered from 1. */
export interface LineChunk {
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** Bytes read so far. */
  readonly bytes: number;
}

const NEWLINE = 10;

/**
 * Lines of a file or of stdin (`-`), chunk by chunk: what is read is what is asked for. Only `\n` ends a line, because
 * JSON strings may hold U+2028, at which line readers split too.
 */
export async function* inputLines(file: string): AsyncGenerator<LineChunk> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  let rest: Buffer[] = [];
  let number = 0;
  let bytes = 0;
  const line = (parts: readonly Buffer[]): LineChunk['lines'][number] => {
    number += 1;
    const text = Buffer.concat(parts).toString();
    return { number, text: number === 1 ? text.replace(/^\uFEFF/, '') : text };
  };
  for await (const read of stream) {
    const chunk = Buffer.from(read as Uint8Array);
    const lines: LineChunk['lines'][number][] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(line([...rest, chunk.subarray(start, end)]));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    bytes += chunk.length;
    if (lines.length > 0) yield { lines, bytes };
  }
  if (rest.length > 0) yield { lines: [line(rest)], bytes };
}

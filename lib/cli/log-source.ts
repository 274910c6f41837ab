import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DecisionSource } from '../runtime/log/source.ts';
import { notFound } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { openPlace } from './opened.ts';
import { findPlace } from './place.ts';
import { shown } from './text.ts';

/** A decision log that a command reads. */
export interface OpenedLog {
  readonly source: DecisionSource;
  close(): Promise<void>;
}

/** The log that the arguments mean: the files they name, or that of a deployed or durable cascade. */
export async function openLog(files: readonly string[], options: CommonOptions): Promise<OpenedLog> {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined)
    throw notFound('file', `there is no file or folder ${shown(missing)}`, 'Name files or folders of a log.');
  if (files.length > 0) return { source: files, close: async () => undefined };
  const place = await findPlace(options);
  if (place.outputs !== undefined) {
    const { cloud, close } = await openPlace(place);
    return { source: cloud, close };
  }
  // Read as files: a log can be read while its runner is at work, and where the rest of the folder is gone.
  const folder = join(place.dir, 'decisions');
  if (existsSync(folder)) return { source: folder, close: async () => undefined };
  throw notFound(
    'store',
    `application "${place.name}" has no decision log in ${place.dir}`,
    `Start it once: npx sluice dev ${place.name}, or name files of a log, its folder with --dir, or a deployment with --outputs.`,
  );
}

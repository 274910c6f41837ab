import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toError } from '../core/errors.ts';
import { refused } from './failure.ts';

/** Refuses a file that cannot be written before anything is worked out for it. */
export async function checkWritable(file: string | undefined, option: string): Promise<void> {
  if (file === undefined) return;
  const found = await stat(file).catch(() => undefined);
  const folder = dirname(file);
  const problem = found?.isDirectory()
    ? 'it is a folder'
    : found || (await stat(folder).catch(() => undefined))
      ? await access(found ? file : folder, constants.W_OK).then(
          () => undefined,
          (error: unknown) => toError(error).message,
        )
      : `there is no folder ${folder}`;
  if (problem === undefined) return;
  throw refused(`${option} ${file} cannot be written: ${problem}`, 'Name another file, or make its folder first.');
}

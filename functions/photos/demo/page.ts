import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DecisionRecord } from 'sluice';
import { readPhotos } from '../model/photos.ts';
import type { LastTierSample } from './sample.ts';

/** Where the log of the last run lies, for `sluice report`, `redecide` and `calibrate` to be tried on. */
const FOLDER = join('.sluice', 'photos-demo');
const PAGE = 'report.html';

/** What the page is made from: the log of the run, the true labels, and what each tier says of a random sample. */
export interface PageInput {
  readonly records: readonly DecisionRecord[];
  readonly sample: LastTierSample;
  readonly flows: number;
}

/** Writes the files and has `sluice report` make the page of them; returns what it printed, or why there is no page. */
export async function writePage({ records, sample, flows }: PageInput): Promise<string> {
  const photos = (await readPhotos('photos')).slice(0, flows);
  const log = written('decisions.ndjson', records);
  const labels = written(
    'labels.ndjson',
    photos.map(({ label }, i) => ({ flowId: `photo-${i}`, label })),
  );
  const beside = written(
    'beside.ndjson',
    sample.flatMap(({ index, predictions }) => predictions.map((one) => ({ flowId: `photo-${index}`, ...one }))),
  );
  const args = ['report', log, '--labels', labels, '--beside', beside, '--application', 'photos', '--out', PAGE];
  const sluice = join(dirname(createRequire(import.meta.url).resolve('sluice/package.json')), 'bin', 'sluice.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [sluice, ...args], { encoding: 'utf8' });
  return status === 0 ? `${stdout}again npx sluice ${args.join(' ')}` : `There is no page:\n${stderr}`;
}

function written(name: string, lines: readonly unknown[]): string {
  const file = join(FOLDER, name);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import cliProgress from 'cli-progress';
import type { Asked } from './options.ts';
import { simulateParts } from './parts.ts';
import { toSvg } from './picture.ts';
import { report } from './report.ts';

/** Simulates, draws, and says how it went; 1 where a command was wrong. */
export async function playWeek({ week, threads, picture, json }: Asked): Promise<number> {
  const format = '{bar} {value}/{total} minutes simulated · {duration_formatted}';
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr }, cliProgress.Presets.shades_grey);
  const shown = !json && process.stderr.isTTY;
  const started = performance.now();
  if (shown) bar.start(week.minutes, 0);
  const result = await simulateParts(week, threads, (minute) => shown && bar.update(minute));
  const seconds = (performance.now() - started) / 1_000;
  if (shown) bar.stop();
  await mkdir(dirname(picture), { recursive: true });
  await writeFile(picture, toSvg(week, result.watched));
  const { watched, ...figures } = result;
  const { sensors, minutes } = week;
  if (json) console.log(JSON.stringify({ sensors, minutes, threads, ...figures, seconds, picture }));
  else
    console.log(`${report(week, threads, result, seconds)}\npicture      ${picture}: ${watched.length} of the rooms`);
  return result.repeated + result.outdated + result.failed === 0 ? 0 : 1;
}

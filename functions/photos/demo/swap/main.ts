import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { check } from './checks.ts';
import { answeredAt, answersOfSmall, versionFigures } from './figures.ts';
import { toSvg } from './picture.ts';
import { report, type SwapFigures } from './report.ts';
import { runSwaps } from './run.ts';

/** `npm run demo:swap`: models of the tier `small` are swapped, rejected and rolled back while photos flow. */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    flows: { type: 'string', default: '2000' },
    picture: { type: 'string', default: '.sluice/hot-swap.svg' },
  },
});
const flows = Number(values.flows);
// With fewer, models would wait for photos that make the tier look for them; more are beyond one machine.
if (!Number.isInteger(flows) || flows < 300 || flows > 5_000) {
  console.error(`--flows is ${values.flows}: give a whole number from 300 to 5000`);
  process.exit(2);
}
const format = '{bar} {value}/{total} flows answered · {duration_formatted}';
const bar = new cliProgress.SingleBar({ format, stream: process.stderr }, cliProgress.Presets.shades_grey);
const shown = !values.json && process.stderr.isTTY;
if (shown) bar.start(flows, 0);
const run = await runSwaps({ flows, onAnswer: (answers) => shown && bar.update(answers) });
if (shown) bar.stop();

const versions = versionFigures(run);
const checks = await check(run);
const figures: SwapFigures = {
  flows: run.shots.length,
  answered: run.shots.length - checks.lost,
  seconds: (run.ended - run.began) / 1_000,
  versions,
  checks,
  good: Object.values(checks).every((breaches) => breaches === 0),
  picture: values.picture,
};
await mkdir(dirname(values.picture), { recursive: true });
await writeFile(values.picture, toSvg({ versions, points: answersOfSmall(run), answeredAt: answeredAt(run) }));
console.log(values.json ? JSON.stringify(figures) : report(figures));
process.exitCode = figures.good ? 0 : 1;

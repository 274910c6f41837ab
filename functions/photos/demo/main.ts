import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { report } from './report.ts';
import { runDemo } from './run.ts';

/** `npm start`: the 2,000 photos through the cascade on the embedded cloud, and what came of them. */
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, flows: { type: 'string' }, dir: { type: 'string' } },
});
const flows = Number(values.flows ?? 2_000);
if (!Number.isInteger(flows) || flows < 1) {
  console.error(`--flows is ${values.flows}: give a whole number from 1 to 2000`);
  process.exit(2);
}
const bar = new cliProgress.SingleBar(
  {
    format: '{bar} {value}/{total} flows answered · {duration_formatted}',
    stream: process.stderr,
    clearOnComplete: false,
  },
  cliProgress.Presets.shades_grey,
);
const shown = !values.json && process.stderr.isTTY;
const result = await runDemo({
  flows,
  dir: values.dir ?? ':memory:',
  onStart: (total) => shown && bar.start(total, 0),
  onAnswer: (answered) => shown && bar.update(answered),
});
if (shown) bar.stop();
console.log(values.json ? JSON.stringify(result) : report(result));
process.exitCode = result.lost === 0 && result.duplicated === 0 ? 0 : 1;

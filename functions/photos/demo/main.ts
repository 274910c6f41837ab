import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import type { DecisionRecord } from 'sluice';
import { writePage } from './page.ts';
import { report } from './report.ts';
import { runDemo } from './run.ts';
import type { LastTierSample } from './sample.ts';

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
const records: DecisionRecord[] = [];
let sample: LastTierSample = [];
const result = await runDemo({
  flows,
  capture: true,
  onDecisions: (written) => records.push(...written),
  onSample: (taken) => {
    sample = taken;
  },
  dir: values.dir ?? ':memory:',
  onStart: (total) => shown && bar.start(total, 0),
  onAnswer: (answered) => shown && bar.update(answered),
});
if (shown) bar.stop();
console.log(values.json ? JSON.stringify(result) : report(result));
const page = await writePage({ records, sample, flows });
if (!values.json) console.log(`\n${page}`);
process.exitCode = result.lost === 0 && result.duplicated === 0 ? 0 : 1;

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type Overhead, overhead } from './overhead.ts';
import { type Throughput, throughput } from './throughput.ts';

/**
 * `npm run bench`: flows a second in memory and durable, memory from 10^4 to 10^6 flows, overhead a record. Every
 * measurement runs in a process of its own, so that none warms or fills the next one's heap.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    flows: { type: 'string', default: '100000' },
    most: { type: 'string', default: '1000000' },
    only: { type: 'string' },
  },
});

if (values.only) {
  const [mode, flows] = values.only.split(':');
  const result = mode === 'overhead' ? await overhead() : await throughput(mode as Throughput['mode'], Number(flows));
  console.log(JSON.stringify(result));
} else {
  const apart = <T>(only: string): T => {
    if (!values.json) process.stderr.write(`measuring ${only} …\n`);
    const args = ['--expose-gc', '--conditions=sluice-source', fileURLToPath(import.meta.url), '--only', only];
    return JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
    ) as T;
  };
  const flows = Number(values.flows);
  const speed = [apart<Throughput>(`memory:${flows}`), apart<Throughput>(`durable:${flows}`)];
  const growth: Throughput[] = [];
  for (let n = 10_000; n <= Number(values.most); n *= 10) growth.push(apart<Throughput>(`memory:${n}`));
  const perRecord = apart<Overhead>('overhead');
  if (values.json) console.log(JSON.stringify({ speed, growth, overhead: perRecord }));
  else print([...speed, ...growth], perRecord);
}

function print(runs: readonly Throughput[], perRecord: Overhead): void {
  const table = new Table({
    head: ['mode', 'flows', 'seconds', 'flows/s', 'answered', 'rss MiB', 'heap MiB'],
    style: { head: [], border: [] },
  });
  for (const r of runs) {
    table.push([
      r.mode,
      r.flows,
      r.seconds.toFixed(1),
      Math.round(r.flowsPerSecond),
      r.answered,
      Math.round(r.rssMiB),
      r.heapMiB.toFixed(1),
    ]);
  }
  console.log(table.toString());
  console.log(
    `handler overhead: ${perRecord.microsPerRecord.toFixed(1)} µs a record (batches of ${perRecord.batch}, ports in memory that answer at once, median of ${perRecord.rounds} rounds)`,
  );
}

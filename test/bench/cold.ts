import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type Candidate, candidates } from './cold-bundles.ts';
import { type ColdStart, coldStart } from './cold-run.ts';
import { startStub } from './cold-stub.ts';

/**
 * `npm run bench:cold`: import, init and first call of a trivial tier against a hand-written handler that does the same,
 * each in fresh processes, taking turns, with a server on this machine in place of AWS.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, runs: { type: 'string', default: '20' } },
});

/** The medians of one candidate, ms. */
interface Row extends Omit<Candidate, 'entry'>, ColdStart {
  readonly fastest: number;
  /** Our total by this one's. */
  readonly ratio: number;
}

const out = await mkdtemp(join(tmpdir(), 'cold-'));
const stub = await startStub();
try {
  const all = await candidates(out);
  const starts = new Map<Candidate, ColdStart[]>(all.map((one) => [one, []]));
  for (const one of all) await coldStart(one, stub); // Files are read once before it counts.
  for (let run = 0; run < Number(values.runs); run += 1) {
    for (const one of all) starts.get(one)!.push(await coldStart(one, stub));
  }
  const rows = all.map((one) => rowOf(one, starts));
  if (values.json) console.log(JSON.stringify({ runs: Number(values.runs), rows }));
  else print(rows);
} finally {
  await stub.close();
  await rm(out, { recursive: true, force: true });
}

function rowOf(one: Candidate, starts: ReadonlyMap<Candidate, readonly ColdStart[]>): Row {
  const own = starts.get(one)!;
  const [ours] = [...starts].find(([other]) => other.work === one.work && other.made === 'sluice')!;
  const { work, made, bytes } = one;
  const of = (part: keyof ColdStart): number => median(own.map((start) => start[part]));
  const total = of('total');
  const fastest = Math.min(...own.map((start) => start.total));
  const ratio = median(starts.get(ours)!.map((start) => start.total)) / total;
  return { work, made, bytes, init: of('init'), call: of('call'), total, fastest, ratio };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function print(rows: readonly Row[]): void {
  const head = ['clients', 'made', 'kB', 'init ms', 'first call ms', 'total ms', 'fastest', 'sluice by it'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { work, made, bytes, init, call, total, fastest, ratio } of rows) {
    const clients = work === 'plain' ? 'SQS' : 'SQS, DynamoDB, S3';
    const times = [init, call, total, fastest].map((ms) => ms.toFixed(1));
    table.push([clients, made, Math.round(bytes / 1_000), ...times, made === 'sluice' ? '' : ratio.toFixed(2)]);
  }
  console.log(table.toString());
  console.log(`medians of ${values.runs} fresh processes each, Node ${process.version}`);
}

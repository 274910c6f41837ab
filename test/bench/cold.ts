import { mkdtemp, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
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
  /** Our median total by this one's. */
  readonly ratio: number;
  /** Where the median of the ratios of starts in the same round lies, with a probability of 95 %. */
  readonly between: readonly [number, number];
  /** Our median time of processors by this one's. */
  readonly cpuRatio: number;
}

try {
  setPriority(-15); // All candidates before whatever else the machine does, where that is allowed.
} catch {
  console.error('runs at normal priority: other work on this machine shows in the times');
}
const out = await mkdtemp(join(tmpdir(), 'cold-'));
const stub = await startStub();
try {
  const all = await candidates(out);
  const starts = new Map<Candidate, ColdStart[]>(all.map((one) => [one, []]));
  for (const one of all) await coldStart(one, stub); // Files are read once before it counts.
  for (let run = 0; run < Number(values.runs); run += 1) {
    // Another one begins each round, so that what disturbs the machine at intervals hits all alike.
    const turn = run % all.length;
    for (const one of [...all.slice(turn), ...all.slice(0, turn)]) starts.get(one)!.push(await coldStart(one, stub));
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
  const first = starts.get(ours)!;
  const of = (part: keyof ColdStart): number => median(own.map((start) => start[part]));
  const ratioOf = (part: keyof ColdStart): number => median(first.map((start) => start[part])) / of(part);
  return {
    work,
    made,
    bytes,
    init: of('init'),
    call: of('call'),
    total: of('total'),
    cpu: of('cpu'),
    fastest: Math.min(...own.map((start) => start.total)),
    ratio: ratioOf('total'),
    between: medianBetween(first.map((start, round) => start.total / own[round]!.total)),
    cpuRatio: ratioOf('cpu'),
  };
}

/** The order statistics that enclose the median with a probability of about 95 % (binomial, normal approximation). */
function medianBetween(numbers: readonly number[]): readonly [number, number] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const out = Math.max(0, Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2));
  return [sorted[out]!, sorted[sorted.length - 1 - out]!];
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function print(rows: readonly Row[]): void {
  const head = [
    'clients',
    'made',
    'kB',
    'init ms',
    'first call ms',
    'total ms',
    'fastest',
    'CPU ms',
    'sluice by it',
    '95 %',
    'by CPU',
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { work, made, bytes, init, call, total, fastest, cpu, ratio, between, cpuRatio } of rows) {
    const clients = work === 'plain' ? 'SQS' : 'SQS, DynamoDB, S3';
    const times = [init, call, total, fastest, cpu].map((ms) => ms.toFixed(1));
    const ratios = [ratio.toFixed(2), between.map((end) => end.toFixed(2)).join(' to '), cpuRatio.toFixed(2)];
    table.push([clients, made, Math.round(bytes / 1_000), ...times, ...(made === 'sluice' ? ['', '', ''] : ratios)]);
  }
  console.log(table.toString());
  console.log(`medians of ${values.runs} fresh processes each, Node ${process.version}`);
}

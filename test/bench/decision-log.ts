import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packed } from '../../lib/aws/pack.ts';
import { type DecisionRecord, readDecisions, redecide } from '../../lib/index.ts';

/**
 * The decision log by numbers: how fast it is decided again and read, in how much memory, and what delivering it costs.
 * `node --conditions=sluice-source test/bench/decision-log.ts [--records 1000000] [--only redecide]`
 */
const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, only: { type: 'string' } },
});
const wanted = Number(values.records);

/** Flows of two tiers and a destination; a quarter escalates. Scores have as many digits as a model's. */
function flow(at: number): readonly DecisionRecord[] {
  const id = randomUUID();
  const [sent, signal, answer] = [randomUUID(), randomUUID(), randomUUID()];
  const score = Math.random();
  const base = (tier: string, version: string, input: string, kind: string) =>
    ({
      v: 1,
      at,
      application: 'photos',
      tier,
      version,
      flow: id,
      decision: 'accepted',
      in: [{ id: input, kind, ts: at - 100 }],
      attempt: 1,
    }) as const;
  const cost = { modelMs: Math.round(Math.random() * 1e5) / 1e4, latencyMs: 120, bytes: { declared: 614, fetched: 0 } };
  const calls = { queue: 1, table: 1, object: 0 };
  const billed = { invocations: 0.1, ms: Math.round(Math.random() * 1e7) / 1e6, requests: 0.3, writes: 1 };
  const satisfied = score >= 0.25;
  const thumb: DecisionRecord = {
    ...base('thumb', '0123456789ab', sent, 'data'),
    decision: satisfied ? 'accepted' : 'escalated',
    score,
    ...cost,
    calls,
    threshold: 0.25,
    out: [{ id: satisfied ? answer : signal, to: satisfied ? 'answers' : 'deep' }],
    billed,
  };
  const deep: DecisionRecord = {
    ...base('deep', 'ba9876543210', signal, 'signal'),
    ...cost,
    calls,
    out: [{ id: answer, to: 'answers' }],
    billed,
  };
  const { modelMs: _, ...waited } = cost;
  const delivered = { ...base('archive', 'cdef01234567', answer, 'answer'), ...waited, calls, billed };
  return [thumb, ...(satisfied ? [] : [deep]), { ...delivered, decision: 'delivered' }];
}

function writeLog(file: string): void {
  const log = openSync(file, 'w');
  let written = 0;
  for (let at = 1_790_000_000_000; written < wanted; at += 1_000) {
    const records = Array.from({ length: 1_000 }, (_, i) => flow(at + i)).flat();
    writeSync(log, `${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
    written += records.length;
  }
  closeSync(log);
}

interface Measured {
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function measured(work: () => Promise<number>): Promise<Measured> {
  const [before, started] = [process.cpuUsage(), performance.now()];
  const records = await work();
  const { user, system } = process.cpuUsage(before);
  return { records, seconds: (performance.now() - started) / 1_000, cpuSeconds: (user + system) / 1e6 };
}

/** What reading the same lines costs at least where each becomes an object. */
async function parsed(file: string): Promise<number> {
  const bytes = readFileSync(file);
  let lines = 0;
  for (let at = 0; at < bytes.length; lines += 1) {
    const newline = bytes.indexOf(10, at);
    JSON.parse(bytes.toString('utf8', at, newline));
    at = newline + 1;
  }
  return lines;
}

function say(what: string, { records, seconds, cpuSeconds }: Measured): void {
  const rate = (s: number): string => Math.round(records / s).toLocaleString('en');
  const rss = Math.round(process.memoryUsage().rss / 1e6);
  console.log(`${what.padEnd(44)} ${rate(cpuSeconds)} a second of CPU, ${rate(seconds)} a second here, ${rss} MB`);
}

async function speeds(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  const file = join(dir, '000001.ndjson');
  try {
    writeLog(file);
    console.log(`${wanted.toLocaleString('en')} records, ${Math.round(statSync(file).size / 1e6)} MB`);
    const again = (thresholds: Readonly<Record<string, number>>) => () =>
      redecide(file, { with: thresholds }).then(({ records }) => records);
    say('redecide, unchanged, first time', await measured(again({ thumb: 0.25 })));
    say('redecide, unchanged', await measured(again({ thumb: 0.25 })));
    say('redecide, a tenth of the flows changes', await measured(again({ thumb: 0.15 })));
    say('for comparison: JSON.parse of each line', await measured(() => parsed(file)));
    if (values.only === 'redecide') return;
    const reading = readDecisions(file);
    say(
      'readDecisions',
      await measured(async () => {
        for await (const _ of reading);
        return reading.summary.records;
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** List prices of us-east-1, USD; see docs/decisions/0023. */
const PRICE = { firehoseGB: 0.029, piece: 5 * 1_024, sqsRequest: 0.4e-6, put: 5e-6 };

/** What the records of a million messages at one tier cost, delivered in batches of one size. */
function costs(): void {
  console.log(
    '\nbatch  bytes a record  packed  Firehose  SQS and a packer  one object a batch   USD per million messages',
  );
  for (const size of [1, 2, 3, 5, 10, 25, 100, 1_000]) {
    const records = Array.from({ length: size }, (_, i) => flow(1_790_000_000_000 + i)[0]!);
    const plain = records.reduce((sum, record) => sum + JSON.stringify(record).length + 1, 0);
    const pieces = packed(records);
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const batches = 1e6 / size;
    const billed = pieces.reduce((sum, piece) => sum + Math.ceil(piece.length / PRICE.piece) * PRICE.piece, 0);
    const firehose = (batches * billed * PRICE.firehoseGB) / 1e9;
    // Sent once; received and deleted ten at a time; base64 in chunks of 64 KiB.
    const sqs = batches * PRICE.sqsRequest * (Math.ceil((bytes * 4) / 3 / 65_536) + 0.2);
    const row = [size, plain / size, bytes / size, firehose, sqs, batches * PRICE.put];
    console.log(row.map((n, i) => (i < 3 ? String(Math.round(n)) : n.toFixed(4)).padStart(i < 1 ? 5 : 15)).join(' '));
  }
}

await speeds();
if (values.only === undefined) costs();

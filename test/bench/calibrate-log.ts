import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { calibrate } from '../../lib/calibrate/calibrate.ts';
import { gather } from '../../lib/calibrate/from-records.ts';
import { type DecisionRecord, readDecisions } from '../../lib/index.ts';
import { recordsOf } from '../calibrate/records.ts';

/**
 * How long calibrating three tiers from a log takes, from the file to the thresholds, and in how much memory.
 * `node --conditions=sluice-source test/bench/calibrate-log.ts [--records 1000000]`
 */
const { values } = parseArgs({ options: { records: { type: 'string', default: '1000000' } } });
const wanted = Number(values.records);
const TIERS = ['thumb', 'small', 'deep'] as const;
const THRESHOLDS = [0.5, 0.5];
const AUDIT = 0.1;

/** A flow from its first record to its delivery, as sluice writes it: one in ten of the answered is seen by all tiers. */
function flow(at: number): readonly DecisionRecord[] {
  const scores = [Math.random() ** 0.5, Math.random() ** 0.4, 1];
  const answer = Math.random() < 0.5 ? 'cat' : 'dog';
  const wrong = answer === 'cat' ? 'dog' : 'cat';
  const tiers = scores.map((score) => ({ score, answer: Math.random() < 0.3 * (1 - score) ? wrong : answer }));
  const answeredBy = scores.findIndex((score, tier) => score >= (THRESHOLDS[tier] ?? 0));
  const seen = Math.random() < AUDIT ? tiers.length : answeredBy + 1;
  const id = randomUUID();
  const records = recordsOf({ flow: id, tiers: tiers.slice(0, seen), answeredBy }, TIERS, at);
  const last = records[answeredBy]!;
  const { output: _, signal: __, score: ___, threshold: ____, audit: _____, modelMs: ______, ...base } = last;
  return [
    ...records,
    { ...base, tier: 'archive', decision: 'delivered', in: [{ id: `${id}-answer`, kind: 'answer' }] },
  ];
}

function writeLog(file: string): void {
  const log = openSync(file, 'w');
  for (let written = 0; written < wanted; ) {
    const records = Array.from({ length: 1_000 }, (_, i) => flow(1_790_000_000_000 + written + i)).flat();
    writeSync(log, `${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
    written += records.length;
  }
  closeSync(log);
}

const dir = mkdtempSync(join(tmpdir(), 'sluice-log-'));
try {
  const file = join(dir, '000001.ndjson');
  writeLog(file);
  const [before, started] = [process.cpuUsage(), performance.now()];
  const seconds = (): string => {
    const { user, system } = process.cpuUsage(before);
    return `${((performance.now() - started) / 1_000).toFixed(1)} s on the clock, ${((user + system) / 1e6).toFixed(1)} s of CPU`;
  };
  const gathered = gather({ tiers: TIERS });
  const reading = readDecisions(file, { tiers: TIERS });
  for await (const record of reading) gathered.add(record);
  const { columns } = gathered.done();
  const { records, others } = reading.summary;
  console.log(
    `${(records + others).toLocaleString('en')} records of ${columns.flows.toLocaleString('en')} flows, ${Math.round(statSync(file).size / 1e6)} MB`,
  );
  console.log(`read: ${seconds()}`);
  const result = calibrate({ columns, target: 0.95, delta: 0.05, cost: [1, 8, 80] });
  console.log(`calibrated: ${seconds()}, ${Math.round(process.resourceUsage().maxRSS / 1_024)} MiB at most`);
  console.log(result.ok ? `thresholds ${result.chosen.thresholds.join(', ')}` : result.message);
} finally {
  rmSync(dir, { recursive: true, force: true });
}

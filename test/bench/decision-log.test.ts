import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { linesOf, verdictRecord } from '../decision-log/logs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('./decision-log.ts', import.meta.url));

test('the bench of the decision log prints rates, memory and costs', { timeout: 60_000 }, async () => {
  const args = ['--conditions=sluice-source', SCRIPT, '--records', '3000'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/redecide, unchanged +[\d,]+ a second of CPU, [\d,]+ a second here, \d+ MB/);
  const costs = stdout.split('USD per million messages\n')[1]!.trim().split('\n');
  const [, firehose] = costs
    .map((row) => row.trim().split(/\s+/).map(Number))
    .find(([batch]) => batch === 10)!
    .slice(2);
  // Two messages and a quarter a flow: well below ten cents for a million.
  expect(2.25 * firehose!).toBeLessThan(0.05);
});

test('memory stays where it is while a log grows', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const lines = (from: number): string =>
    linesOf(Array.from({ length: 1_000 }, (_, i) => verdictRecord({ flow: `f${from + i}`, at: from + i })));
  for (const [name, thousands] of [
    ['small', 150],
    ['large', 450],
  ] as const) {
    for (let n = 0; n < thousands; n += 1) appendFileSync(join(dir, `${name}.ndjson`), lines(1_000 * n));
  }
  const code = `
    import { readDecisions, redecide } from 'sluice';
    for (const name of ['small', 'large']) {
      const file = ${JSON.stringify(dir)} + '/' + name + '.ndjson';
      const { verdicts } = await redecide(file, { with: { thumb: 0.5 } });
      const reading = readDecisions(file, { unique: true });
      for await (const _ of reading);
      console.log(verdicts, reading.summary.records, process.resourceUsage().maxRSS / 1024);
    }`;
  const args = ['--conditions=sluice-source', '--max-old-space-size=64', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const [small, large] = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  expect([small!.slice(0, 2), large!.slice(0, 2)]).toEqual([
    [150_000, 150_000],
    [450_000, 450_000],
  ]);
  // The second log is 130 MB longer than the first.
  expect(large![2]! - small![2]!).toBeLessThan(100);
});

import { expect, onTestFinished, test } from 'vitest';
import { conformance, conformanceSummary, conformanceTable, runConformance } from '../../lib/conformance/index.ts';
import { awsBackend, CLOUD, ENDPOINT, SKIPPED } from '../aws/endpoint.ts';
import { KNOWN } from './known.ts';

const emulator = process.env.SLUICE_EMULATOR ?? (ENDPOINT ? 'ministack' : 'aws');
const name = `the ports on AWS keep their contract (${CLOUD ? emulator : SKIPPED})`;

test.skipIf(!CLOUD)(name, { timeout: 300_000 }, async () => {
  const backend = await awsBackend(KNOWN[emulator] ?? {});
  onTestFinished(() => backend.remove());
  const results = await runConformance(backend, { concurrency: 4 });
  console.log(`${conformanceSummary(emulator, results)}\n${conformanceTable(results)}`);
  expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(results).toHaveLength(conformance().length);
});

import { expect, test } from 'vitest';
import { CLEAN, runSoak } from './run-soak.ts';

/** As `npm run soak` does, but short. Halves wait longer than all harm together lasts, so that none expires by chance. */
const LOAD = ['--minutes', '0.15', '--flows', '20000', '--kill-every', '1500ms', '--stall-every', '3s'];
const SHORT = [...LOAD, '--visibility', '3s', '--ttl', '12s'];

test('a short soak: killed, stalled past the visibility timeout, out of space; every flow is accounted for', async () => {
  const { report, stalls, code } = await runSoak(...SHORT);
  expect(report).toMatchObject(CLEAN);
  expect(code).toBe(0);
  const ends = Object.values(report.ends);
  expect(ends.reduce((sum, n) => sum + n)).toBe(report.flows);
  expect(Math.min(...ends, report.kills, stalls)).toBeGreaterThan(0);
}, 240_000);

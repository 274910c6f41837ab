import { expect, test } from 'vitest';
import { isMiniStack } from '../aws/endpoint.ts';
import { CLEAN, runSoak } from './run-soak.ts';

const SHORT = ['--deployed', '--minutes', '0.3', '--flows', '200', '--kill-every', '1s'];

/** Needs a MiniStack endpoint: the processes that its functions run in are killed. */
test.skipIf(!(await isMiniStack()))(
  'deployed, with its functions killed at work: every flow is accounted for',
  async () => {
    const { report, code } = await runSoak(...SHORT);
    expect(report).toMatchObject(CLEAN);
    expect(code).toBe(0);
    const ends = Object.values(report.ends);
    expect(ends.reduce((sum, n) => sum + n)).toBe(report.flows);
    expect(Math.min(...ends, report.kills)).toBeGreaterThan(0);
  },
  300_000,
);

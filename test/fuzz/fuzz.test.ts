import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('of 20,000 random and mutated records none is thrown at, hangs, or goes without account', async () => {
  const { wrong, records, decisions, codes, acknowledged, returned } = await fuzz({ count: 20_000, seed: 1 });
  expect(wrong).toEqual([]);
  expect(acknowledged + returned).toBeGreaterThan(0.95 * records);
  // It bites: messages come through, halves meet, and every kind of refusal is met.
  for (const decision of [
    'accepted',
    'escalated',
    'parked',
    'delivered',
    'duplicate',
    'retried',
    'failed',
    'audited',
  ]) {
    expect(decisions[decision], decision).toBeGreaterThan(0);
  }
  for (const code of ['envelope-not-json', 'envelope-invalid', 'envelope-version', 'flow-id-invalid', 'data-invalid']) {
    expect(codes[code], code).toBeGreaterThan(0);
  }
  for (const code of ['object-foreign', 'object-corrupt', 'object-undeclared', 'object-too-large', 'signal-invalid']) {
    expect(codes[code], code).toBeGreaterThan(0);
  }
}, 120_000);

test('a seed gives the same run', async () => {
  expect(await fuzz({ count: 500, seed: 7 })).toEqual(await fuzz({ count: 500, seed: 7 }));
});

test('an option that there is not is told with those that there are', async () => {
  const args = ['--conditions=sluice-source', 'test/fuzz/main.ts', '--cuont', '3'];
  await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Unknown option '--cuont'.*\n\nusage: npm run fuzz -- /),
  });
});

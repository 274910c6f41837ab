import { expect, test } from 'vitest';
import { functionLog } from '../../lib/aws/logger.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';

type Line = [level: string, message: string, details: Record<string, unknown>];

function recorded(): { log: ReturnType<typeof functionLog>; lines: Line[]; opened: () => number } {
  const lines: Line[] = [];
  let opened = 0;
  const write = (level: string) => (message: unknown, details: unknown) =>
    lines.push([level, message, details] as Line);
  const log = functionLog({ application: 'shop', tier: 'cheap' }, async () => {
    opened += 1;
    return { warn: write('warn'), error: write('error') } as never;
  });
  return { log, lines, opened: () => opened };
}

function decided(decision: string, flow: string, extra: object = {}): DecisionRecord {
  return { decision, flow, ...extra } as unknown as DecisionRecord;
}

test('one line a cause, with the flows it met and never the reason, which may quote data', async () => {
  const { log, lines, opened } = recorded();
  const busy = { code: 'retryable', reason: 'busy with {"card":"4111"}' };
  const many = Array.from({ length: 12 }, (_, n) => decided('retried', `f${n}`, busy));
  await log.decisions([...many, decided('failed', 'g', { code: 'data-invalid' }), decided('accepted', 'h')], 'request');
  const flows = many.slice(0, 10).map(({ flow }) => flow);
  expect(lines).toEqual([
    [
      'warn',
      '12 retried: retryable',
      { request_id: 'request', decision: 'retried', code: 'retryable', count: 12, flows },
    ],
    ['error', '1 failed: data-invalid', expect.objectContaining({ flows: ['g'] })],
  ]);
  expect(opened()).toBe(1);
});

test('is not even loaded where there is nothing to say', async () => {
  const { log, opened } = recorded();
  await log.decisions([decided('accepted', 'f')], undefined);
  expect(opened()).toBe(0);
});

test('tells a fault of the function with its error', async () => {
  const { log, lines } = recorded();
  await log.fault('no region', 'request');
  expect(lines).toEqual([['error', expect.any(String), { request_id: 'request', error: expect.any(Error) }]]);
});

test('tells why the decision log took nothing, and of how many decisions', async () => {
  const { log, lines } = recorded();
  await log.refused(new Error('no stream'), 3, 'request');
  expect(lines).toEqual([['error', expect.any(String), { request_id: 'request', count: 3, error: expect.any(Error) }]]);
});

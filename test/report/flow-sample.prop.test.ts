import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flowSample } from '../../lib/report/flow-sample.ts';
import { verdictRecord } from '../decision-log/logs.ts';

test('a flow is kept whole or not at all, wherever its records lie', () => {
  const flows = fc.array(fc.nat({ max: 60 }), { maxLength: 200 });
  fc.assert(
    fc.property(flows, fc.integer({ min: 1, max: 40 }), (order, most) => {
      const sample = flowSample(most);
      for (const flow of order) sample.add(verdictRecord({ flow: `flow ${flow}` }));
      expect(sample.flows.size).toBeLessThanOrEqual(most);
      for (const flow of new Set(order)) {
        const name = `flow ${flow}`;
        const all = order.filter((one) => one === flow).length;
        expect(sample.flows.get(name)?.length).toBe(sample.has(name) ? all : undefined);
      }
    }),
  );
});

test('about the share it tells of is kept', () => {
  const sample = flowSample(1_000);
  for (let flow = 0; flow < 30_000; flow++) sample.add(verdictRecord({ flow: `flow ${flow}` }));
  expect(sample.share).toBeLessThan(1);
  expect(Math.abs(sample.flows.size / (30_000 * sample.share) - 1)).toBeLessThan(0.15);
});

test('payloads are not kept, but for the answers in them', () => {
  const sample = flowSample(10);
  sample.add(verdictRecord({ data: { secret: 1 }, signal: { label: 'a', more: 2 }, output: { label: 'b' } }));
  const [[record]] = [...sample.flows.values()] as [[object]];
  expect(record).toMatchObject({ signal: 'a', output: 'b' });
  expect(record).not.toHaveProperty('data');
});

test('a flow that is redelivered for ever does not fill it', () => {
  const sample = flowSample(10);
  for (let attempt = 1; attempt <= 10_000; attempt++) sample.add(verdictRecord({ attempt }));
  expect([...sample.flows.values()].map((records) => records.length)).toEqual([100]);
});

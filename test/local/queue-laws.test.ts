import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LocalCloud } from '../../lib/local/cloud.ts';
import { openCloud } from '../../lib/local/cloud.ts';
import { bodies, type FakeClock, fakeClock, folder, MODES } from './helpers.ts';

interface Model {
  readonly visible: Map<string, number>;
  readonly latest: Map<string, string>;
  readonly receipts: { readonly body: string; readonly receipt: string }[];
}

const group = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    count: fc.integer({ min: 1, max: 5 }),
    group,
    delayMs: fc.constantFrom(0, 0, 40),
  }),
  fc.record({
    kind: fc.constant('receive' as const),
    max: fc.integer({ min: 1, max: 8 }),
    visibilityMs: fc.constantFrom(10, 50),
  }),
  fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('hide' as const), pick: fc.nat(), ms: fc.constantFrom(0, 30) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function run(cloud: LocalCloud, clock: FakeClock, model: Model, now: Step, number: number): Promise<void> {
  const queue = cloud.queue('q');
  const picked = 'pick' in now ? model.receipts[now.pick % Math.max(1, model.receipts.length)] : undefined;
  const valid = picked !== undefined && model.latest.get(picked.body) === picked.receipt;
  if (now.kind === 'wait') await clock.advance(now.ms);
  if (now.kind === 'send') {
    const sent = Array.from({ length: now.count }, (_, index) => `${number}.${index}`);
    await queue.send(sent.map((body) => ({ body, delayMs: now.delayMs, ...(now.group && { group: now.group }) })));
    for (const body of sent) model.visible.set(body, clock.now() + now.delayMs);
  }
  if (now.kind === 'receive') {
    const due = [...model.visible].filter(([, at]) => at <= clock.now());
    const messages = await queue.receive({ max: now.max, visibilityMs: now.visibilityMs, waitMs: 0 });
    expect(messages.length).toBe(Math.min(now.max, due.length));
    const dueBodies = due.map(([body]) => body);
    expect(dueBodies).toEqual(expect.arrayContaining([...bodies(messages)]));
    for (const { body, receipt } of messages) {
      model.visible.set(body, clock.now() + now.visibilityMs);
      model.latest.set(body, receipt);
      model.receipts.push({ body, receipt });
    }
  }
  if (now.kind === 'delete' && picked) {
    await queue.delete([picked.receipt]);
    if (valid) model.visible.delete(picked.body);
  }
  if (now.kind === 'hide' && picked) {
    await queue.hide([picked.receipt], now.ms);
    const hidden = (model.visible.get(picked.body) ?? 0) > clock.now();
    if (valid && hidden) model.visible.set(picked.body, clock.now() + now.ms);
  }
}

describe.each(MODES)('laws of a queue (%s)', (mode) => {
  test('no message is lost, none comes while hidden, and whatever is due comes', async () => {
    const clock = fakeClock();
    const cloud = await openCloud({ dir: mode === 'durable' ? folder() : mode, clock });
    cloud.declare([{ name: 'q', visibilityMs: 1, retentionMs: 1e12 }]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await cloud.queue('q').purge();
        const model: Model = { visible: new Map(), latest: new Map(), receipts: [] };
        for (const [number, now] of steps.entries()) await run(cloud, clock, model, now, number);
        const { ready, delayed, inFlight } = await cloud.queue('q').depth();
        expect(ready + delayed + inFlight).toBe(model.visible.size);
        await clock.advance(1_000);
        const left = await cloud.queue('q').receive({ max: 1_000, visibilityMs: 1, waitMs: 0 });
        expect([...bodies(left)].sort()).toEqual([...model.visible.keys()].sort());
      }),
      { numRuns: mode === 'durable' ? 200 : 1_000 },
    );
    await cloud.close();
  });
});

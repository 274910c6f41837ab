import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAudited, verdictOf } from '../../lib/core/step/decide.ts';
import { expireItem } from '../../lib/core/step/expire.ts';
import { backoffMs } from '../../lib/core/step/fail.ts';
import type { AnyTier } from '../../lib/index.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

type Plan = Parameters<typeof verdictOf>[0];
const plan = (options: { atLeast?: number; next?: boolean; audit?: number }): Plan =>
  ({
    tier: {
      name: 'cheap',
      ...(options.atLeast !== undefined && { satisfied: { score: () => 0, atLeast: options.atLeast } }),
      ...(options.audit !== undefined && { audit: options.audit }),
    },
    next: options.next ? { name: 'dear', queue: 'dear', joins: false } : undefined,
  }) as unknown as Plan;

describe('verdicts', () => {
  test('law: satisfied if and only if the score reaches the threshold', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (score, atLeast) => {
        expect(verdictOf(plan({ atLeast, next: true }), score)).toBe(score >= atLeast ? 'accept' : 'escalate');
        expect(verdictOf(plan({ atLeast }), score)).toBe(score >= atLeast ? 'accept' : 'exhausted');
        expect(verdictOf(plan({ atLeast: score }), score)).toBe('accept');
      }),
    );
  });

  test('without a threshold everything is accepted', () => {
    expect(verdictOf(plan({ next: true }), undefined)).toBe('accept');
  });
});

describe('audits', () => {
  test.each([0, 0.01, 0.3, 1])('a share of %d, the same flows every time', (share) => {
    const n = 20_000;
    const audited = (): number[] =>
      Array.from({ length: n }, (_, i) => i).filter((i) => isAudited(plan({ next: true, audit: share }), `flow ${i}`));
    const first = audited();
    expect(audited()).toEqual(first);
    // Five standard deviations of a binomial(n, share): one in two million draws lies outside.
    expect(Math.abs(first.length - n * share)).toBeLessThanOrEqual(5 * Math.sqrt(n * share * (1 - share)));
  });

  test('a larger share audits the same flows and more', () => {
    const audited = (audit: number) => (flow: string) => isAudited(plan({ next: true, audit }), flow);
    const all = Array.from({ length: 2_000 }, (_, i) => `flow ${i}`);
    expect(all.filter(audited(0.1)).every(audited(0.2))).toBe(true);
  });

  test('a last tier has nobody to be audited by', () => {
    expect(isAudited(plan({ audit: 1 }), 'f')).toBe(false);
  });
});

describe('back-off', () => {
  const bounds = (base: number, attempt: number): number => Math.min(base * 2 ** (attempt - 1), 900_000);

  test('law: between half of and the whole base · 2^(attempt−1), never above 15 minutes, the same again when asked again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1, max: 200 }),
        fc.uuid(),
        (base, n, id) => {
          const ms = backoffMs(base, n, id);
          const full = bounds(base, n);
          expect(ms).toBeGreaterThanOrEqual(Math.floor(full / 2));
          expect(ms).toBeLessThanOrEqual(Math.ceil(full));
          expect(Number.isInteger(ms)).toBe(true);
          expect(backoffMs(base, n, id)).toBe(ms);
        },
      ),
    );
  });

  test('the least wait of a try is the longest of the one before, until both reach the top', () => {
    for (let n = 1; n < 40; n += 1) {
      expect(bounds(1_000, n + 1) / 2).toBeGreaterThanOrEqual(Math.min(bounds(1_000, n), 450_000));
    }
  });

  test('messages that failed together do not come back together', () => {
    const waits = new Set(Array.from({ length: 100 }, (_, i) => backoffMs(10_000, 1, `message ${i}`)));
    expect(waits.size).toBeGreaterThan(90);
  });
});

describe('expired items', () => {
  test('only halves that waited in vain are decided on, whatever their flow is called', async () => {
    const { graph } = await started({ tiers: [cheap(), joining() as AnyTier] });
    const half = { id: 'm', ts: 5, hop: 0 };
    const expired = (key: string, item: object) => expireItem(graph, key, item as never, 9).records;
    for (const flow of ['f', 'a#b#c', '\n', 'join#dear#f']) {
      expect(expired(`join#dear#${flow}`, { data: half })).toMatchObject([
        { flow, tier: 'dear', decision: 'expired', in: [{ id: 'm', kind: 'data', ts: 5 }], at: 9 },
      ]);
    }
    expect(expired('join#dear#f', { data: half, signal: half }).map((r) => r.reason)).toEqual([
      'both halves came, and the flow was not finished in time',
      'both halves came, and the flow was not finished in time',
    ]);
    expect(expired('join#dear#f', { data: half, done: 'x' })).toEqual([]);
    for (const key of ['once#dear#f', 'reply#f', 'pace#dear']) expect(expired(key, { data: half })).toEqual([]);
  });
});

describe('audits in a cascade', () => {
  const sure = (): number => 1;

  test.each([
    ['carry', carrying()],
    ['join', joining() as AnyTier],
  ])('%s: one answer, by the tier that is sure; the next one records what it would have said', async (mode, last) => {
    const cascade = await started({ tiers: [cheap({ sure, extra: { audit: 1 } }), last] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    if (mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.drain({ times: 2 });
    expect(new Set(cascade.answers.map((a) => `${a.tier} ${a.id}`)).size).toBe(1);
    expect(cascade.answers[0]!.tier).toBe('cheap');
    const audited = cascade.records.filter((r) => r.decision === 'audited');
    expect(audited.length).toBeGreaterThanOrEqual(1);
    expect(audited[0]).toMatchObject({
      tier: 'dear',
      flow: 'f',
      signal: { guess: 'cheap 1', sure: 1 },
      output: { guess: mode === 'join' ? 'p after cheap 1' : 'dear 1 after cheap 1' },
    });
    expect(cascade.records.find((r) => r.decision === 'accepted')).toMatchObject({ tier: 'cheap', audit: true });
    expect(await cascade.cloud.table.get('reply#f')).toMatchObject({ status: 'answered' });
  });

  test('a shadow that fails ends nowhere a client could see, and costs the answer nothing', async () => {
    const predict = () => {
      throw new Error('no luck');
    };
    const cascade = await started({
      tiers: [cheap({ sure, extra: { audit: 1 } }), carrying({ predict, retry: { maxAttempts: 2 } }) as AnyTier],
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.tier)).toEqual(['cheap']);
    expect(await cascade.cloud.table.get('reply#f')).toMatchObject({ status: 'answered' });
    expect(await cascade.deadLetters()).toMatchObject([{ tier: 'dear', flow: 'f', code: 'predict-failed' }]);
  });

  test('an object to be deleted stays until its shadow has read it', async () => {
    const order: string[] = [];
    const first = cheap({ sure, extra: { audit: 1, objects: { photo: { deleteAfter: 'accepted' } } } });
    const predict = async ({ objects }: { objects: Record<string, { text(): Promise<string> }> }) => {
      order.push(`read ${await objects.photo!.text()}`);
      return { guess: '' };
    };
    const cascade = await started({
      tiers: [first, carrying({ predict }) as AnyTier],
      wrap: (cloud) => ({
        ...cloud,
        objects: {
          ...cloud.objects,
          delete: (references) => {
            order.push('delete');
            return cloud.objects.delete(references);
          },
        },
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: Buffer.from('it') } });
    await cascade.drain();
    expect(order).toEqual(['read it', 'delete']);
  });
});

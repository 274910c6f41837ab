import { describe, expect, test } from 'vitest';
import { drainGuard, MARGIN_MS } from '../../lib/aws/drain.ts';

const guard = () => drainGuard({ timeoutMs: 30_000, whole: false });

describe('the drain guard', () => {
  test('a new function takes ten, and the next ten only with time for a whole task', () => {
    expect(guard().take(1_000, 35_000, true)).toBe(10);
    expect(guard().take(4, 35_000, true)).toBe(4);
    expect(guard().take(990, 30_000, false)).toBe(0);
  });

  test('takes all at once where it knows that there is time', () => {
    const one = guard();
    one.learn({ records: 10, busyMs: 50, waitMs: 20 });
    expect(one.take(1_000, 35_000, true)).toBe(1_000);
  });

  test('cuts a batch whose records keep the thread busy', () => {
    const one = guard();
    one.learn({ records: 10, busyMs: 2_000, waitMs: 0 });
    expect(one.take(1_000, 35_000, true)).toBe(160);
    expect(one.take(1_000, 5_000, false)).toBe(20);
    expect(one.take(1_000, 2_000, false)).toBe(0);
  });

  test('does not cut one whose records wait side by side', () => {
    const one = guard();
    one.learn({ records: 10, busyMs: 1, waitMs: 25_000 });
    expect(one.take(500, 35_000, true)).toBe(500);
    expect(one.take(10, 20_000, false)).toBe(0);
  });

  test('always takes something first, so that no batch is handed back for ever', () => {
    const one = guard();
    one.learn({ records: 10, busyMs: 60_000, waitMs: 0 });
    expect(one.take(50, 35_000, true)).toBe(10);
    expect(one.take(50, 35_000, false)).toBe(0);
    expect(one.take(50, MARGIN_MS, true)).toBe(0);
  });

  test('one slow slice in a hundred does not count, two do', () => {
    const one = guard();
    for (let n = 0; n < 126; n += 1) one.learn({ records: 100, busyMs: 10, waitMs: 10 });
    one.learn({ records: 100, busyMs: 20_000, waitMs: 0 });
    expect(one.take(100, 10_000, false)).toBe(100);
    one.learn({ records: 100, busyMs: 20_000, waitMs: 0 });
    expect(one.take(100, 10_000, false)).toBe(0);
  });

  test('forgets: a model server that was slow once is not for ever', () => {
    const one = guard();
    one.learn({ records: 10, busyMs: 0, waitMs: 29_000 });
    for (let n = 0; n < 128; n += 1) one.learn({ records: 10, busyMs: 0, waitMs: 10 });
    expect(one.take(10, 2_000, false)).toBe(10);
  });

  test('a batch that one model call takes is not cut', () => {
    const whole = drainGuard({ timeoutMs: 30_000, whole: true });
    expect(whole.take(500, 65_000, true)).toBe(500);
    whole.learn({ records: 500, busyMs: 40_000, waitMs: 0 });
    expect(whole.take(500, 35_000, true)).toBe(500);
  });
});

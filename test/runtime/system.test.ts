import { expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../lib/runtime/system.ts';

test('the system clock sleeps, and wakes on abort', async () => {
  const begun = performance.now();
  await systemClock.sleep(20);
  expect(performance.now() - begun).toBeGreaterThan(18);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 5);
  await systemClock.sleep(60_000, controller.signal);
  await systemClock.sleep(60_000, controller.signal);
  const [before, now, after] = [Date.now(), systemClock.now(), Date.now()];
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(after);
});

test('a longer sleep than a timer can hold does not end at once', async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(2 ** 40, controller.signal).then(() => 'over');
  expect(await Promise.race([sleeping, systemClock.sleep(20)])).toBeUndefined();
  controller.abort();
  expect(await sleeping).toBe('over');
});

test('random ids differ', () => {
  expect(systemRandom.id()).not.toBe(systemRandom.id());
});

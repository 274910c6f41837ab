import { setTimeout as sleep } from 'node:timers/promises';
import { openCloud } from '../../../../lib/local/index.ts';
import { report } from '../common/apart.ts';
import { quantile } from '../common/statistics.ts';
import type { OpenJoin } from './contender.ts';
import { countTraffic } from './counted.ts';
import { LATEST, TICK_FLOWS, TICK_MS, ticksLate } from './feed.ts';
import { photoOf } from './work.ts';

/** What a join cost a flow. */
export interface JoinFigures {
  readonly deliveries: number;
  readonly tableCalls: number;
  readonly bytes: number;
  readonly cpuMicros: number;
  /** From the moment both halves were sent to the answer, ms. */
  readonly p50: number;
  readonly p99: number;
  /** Answers beyond one a flow. */
  readonly duplicates: number;
}

const JOINS: Readonly<Record<string, () => Promise<OpenJoin>>> = {
  sluice: async () => (await import('./sluice.ts')).openSluice,
  'read, modify, write': async () => (await import('./read-modify-write.ts')).openReadModifyWrite,
  're-queue until ready': async () => (await import('./requeue.ts')).openRequeue,
};

/** One contender in a process of its own: `node run.ts <join> <flows>`. */
const [name = 'sluice', flows = '1000'] = process.argv.slice(2);
const open = await JOINS[name]!();
report(await measure(open, Number(flows)));

/** Half of the photos come before their reading and half after it, at a rate that each contender can carry. */
async function measure(openJoin: OpenJoin, count: number): Promise<JoinFigures> {
  const { cloud, traffic } = countTraffic(await openCloud({ dir: ':memory:' }));
  const complete = new Map<number, number>();
  const waits: number[] = [];
  let answers = 0;
  const join = await openJoin(cloud, ({ n }) => {
    answers += 1;
    waits.push(performance.now() - complete.get(n)!);
  });
  const sent = (some: readonly number[]): void => {
    for (const n of some) complete.set(n, performance.now());
  };
  const before = process.cpuUsage();
  const flowsAt = Array.from({ length: count }, (_, n) => n);
  const readingAt = (n: number) => Math.floor(n / TICK_FLOWS) + LATEST;
  const last = readingAt(count - 1) + LATEST;
  for (let tick = 0; tick <= last; tick += 1) {
    const due = performance.now() + TICK_MS;
    const readings = flowsAt.filter((n) => readingAt(n) === tick);
    const photos = flowsAt.filter((n) => readingAt(n) + ticksLate(n) === tick);
    sent([...readings, ...photos]);
    if (readings.length > 0) await join.sendReadings(readings.map((n) => ({ n })));
    if (photos.length > 0) await join.sendPhotos(photos.map(photoOf));
    await sleep(Math.max(0, due - performance.now()));
  }
  while (answers < count) await sleep(10);
  const { user, system } = process.cpuUsage(before);
  return {
    deliveries: traffic.deliveries / count,
    tableCalls: traffic.tableCalls / count,
    bytes: traffic.bytes / count,
    cpuMicros: (user + system) / count,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    duplicates: answers - count,
  };
}

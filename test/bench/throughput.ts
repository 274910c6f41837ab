import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'sluice';
import { loadApplication, openCloud, startCascade } from 'sluice/local';

/** What one throughput run measured. */
export interface Throughput {
  readonly mode: 'memory' | 'durable';
  readonly flows: number;
  readonly seconds: number;
  readonly flowsPerSecond: number;
  readonly answered: number;
  /** Resident memory at the end of the run, MiB. */
  readonly rssMiB: number;
  /** V8 heap in use after the run and a collection, MiB. */
  readonly heapMiB: number;
}

/** Flows sent and not yet answered: producers wait above it, as they would for a queue's age alarm. */
const IN_FLIGHT = 5_000;
const BATCH = 100;

/** Sends `flows` through two trivial tiers, 30 % of them escalating, and waits for every answer. */
export async function throughput(mode: 'memory' | 'durable', flows: number): Promise<Throughput> {
  const dir = mode === 'memory' ? ':memory:' : await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const application = await loadApplication(fileURLToPath(new URL('./applications/trivial', import.meta.url)));
  const cloud = await openCloud({ dir });
  let answered = 0;
  let onProgress: () => void = () => undefined;
  const cascade = await startCascade({
    application,
    cloud,
    onAnswer: () => {
      answered += 1;
      onProgress();
    },
  });
  const client = connect<typeof import('./applications/trivial/cheap.ts')>('cheap', { cloud });
  const started = performance.now();
  for (let sent = 0; sent < flows; sent += BATCH) {
    while (sent - answered > IN_FLIGHT) await new Promise<void>((resolve) => (onProgress = resolve));
    await client.sendBatch(
      Array.from({ length: Math.min(BATCH, flows - sent) }, (_, i) => ({ data: { n: sent + i } })),
    );
  }
  while (answered < flows) await new Promise<void>((resolve) => (onProgress = resolve));
  const seconds = (performance.now() - started) / 1_000;
  await cascade.stop();
  await cloud.close();
  if (mode === 'durable') await rm(dir, { recursive: true });
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    mode,
    flows,
    seconds,
    flowsPerSecond: flows / seconds,
    answered,
    rssMiB: rss / 2 ** 20,
    heapMiB: heapUsed / 2 ** 20,
  };
}

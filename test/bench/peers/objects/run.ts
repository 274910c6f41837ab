import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../../../lib/index.ts';
import { loadApplication, openCloud, startCascade } from '../../../../lib/local/index.ts';
import { report } from '../common/apart.ts';
import { BYTES } from './work.ts';

/** What references cost a flow. */
export interface ObjectsFigures {
  /** Bytes read from the object store. */
  readonly bytesFetched: number;
  /** Calls of the object store that read. */
  readonly gets: number;
  readonly cpuMicros: number;
  readonly flowsPerSecond: number;
}

/** One contender in a process of its own: `node run.ts <lazy|eager> <share that escalates> <flows>`. */
const [name = 'lazy', share = '0.1', flows = '500'] = process.argv.slice(2);
report(await measure(name, Number(share), Number(flows)));

async function measure(application: string, escalates: number, count: number): Promise<ObjectsFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-peers-'));
  const cloud = await openCloud({ dir });
  try {
    const fetched = { gets: 0, bytes: 0 };
    const counted = {
      ...cloud,
      objects: {
        ...cloud.objects,
        async get(reference: Parameters<typeof cloud.objects.get>[0]) {
          const bytes = await cloud.objects.get(reference);
          fetched.gets += 1;
          fetched.bytes += bytes.byteLength;
          return bytes;
        },
      },
    };
    const client = connect<typeof import('./lazy/cheap.ts')>('cheap', { cloud });
    // All are sent before anything is measured: to store payloads costs both the same.
    const loaded = await loadApplication(fileURLToPath(new URL(`./${application}`, import.meta.url)));
    cloud.declare(loaded.graph.queues);
    for (let n = 0; n < count; n += 1) {
      const photo = new Uint8Array(BYTES).fill(n % 256);
      await client.send({ sure: isEscalated(n, escalates) ? 0 : 1 }, { objects: { photo } });
    }
    const before = process.cpuUsage();
    const started = performance.now();
    await answered(count, (onAnswer) => startCascade({ application: loaded, cloud: counted, onAnswer }));
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    return {
      bytesFetched: fetched.bytes / count,
      gets: fetched.gets / count,
      cpuMicros: (user + system) / count,
      flowsPerSecond: (1_000 * count) / ms,
    };
  } finally {
    await cloud.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Spread evenly, the same every time. */
function isEscalated(n: number, share: number): boolean {
  return Math.floor((n + 1) * share) > Math.floor(n * share);
}

async function answered(
  count: number,
  start: (onAnswer: () => void) => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  let left = count;
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const cascade = await start(() => {
    left -= 1;
    if (left === 0) finish();
  });
  await all;
  await cascade.stop();
}

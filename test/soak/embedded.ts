import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { toMs } from '../../lib/core/duration.ts';
import type { Limits } from '../../lib/core/plan.ts';
import { loadApplication, openCloud } from '../../lib/local/index.ts';
import { account } from './account.ts';
import { startAdversary } from './adversary-process.ts';
import { makeDisk, type SmallDisk } from './disk.ts';
import { createDriver, nothingSeen } from './driver.ts';
import type { HarmPlan } from './harm.ts';
import { createLedger } from './ledger.ts';
import { tailLog } from './log-tail.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import { settle } from './settle.ts';

const APPLICATION = fileURLToPath(new URL('./functions/mill', import.meta.url));
const TAIL_EVERY_MS = 100;
/** Beyond the visibility timeout: what a stall takes, and what is waited for after the last end, as a message may still come again. */
const BEYOND_MS = 1_000;

/** Soaks the durable embedded cloud. */
export async function soakEmbedded(options: Options, progress: Progress): Promise<Report> {
  process.env.SOAK_TTL = options.ttl;
  const limits = limitsOf(options);
  const quietMs = limits.visibilityMs + BEYOND_MS;
  const work = mkdtempSync(join(tmpdir(), 'sluice-soak-'));
  const disk = makeDisk(work);
  // However it ends, Ctrl-C included: a disk stays mounted otherwise.
  process.once('exit', () => (options.keep ? process.stderr.write(`kept: ${work}\n`) : removeDisk(disk, work)));
  const dir = join(disk.dir, 'cloud');
  const cloud = await openCloud({ dir, role: 'client' });
  const { graph } = await loadApplication(APPLICATION);
  cloud.declare(graph.queues);
  const ledger = createLedger();
  const seen = nothingSeen();
  const driver = createDriver({ cloud, graph, ledger, seen, reply: false });
  const log = tailLog(dir, options.keep, driver.take);
  const adversary = startAdversary({
    plan: planOf(options, disk.notPossible === undefined),
    start: { dir, application: APPLICATION, limits },
    disk: disk.dir,
  });
  const stop = new AbortController();
  const tailing = setInterval(() => log.read(), TAIL_EVERY_MS);
  const showing = setInterval(() => progress.show(ledger, adversary.harm(), adversary.now()), 250);
  try {
    const began = Date.now();
    const receiving = driver.receive(stop.signal);
    await driver.send({ ms: options.ms, flows: options.flows, chunk: 500, backlog: 4_000 });
    const loadMs = Date.now() - began;
    await adversary.rest();
    progress.phase('settles');
    await settle(ledger, toMs(options.ttl as '60s', 'ttl') + 4 * quietMs);
    await sleep(quietMs);
    log.read();
    const left = await driver.backlog();
    stop.abort();
    await receiving;
    await adversary.end();
    log.read();
    return {
      account: await account(ledger, cloud),
      harm: adversary.harm(),
      seen,
      left,
      loadMs,
      tornLines: log.torn,
      driverBytes: process.resourceUsage().maxRSS * 1_024,
      ...(disk.notPossible !== undefined && { diskNotPossible: disk.notPossible }),
    };
  } finally {
    clearInterval(tailing);
    clearInterval(showing);
    stop.abort();
    adversary.kill();
    await cloud.close();
  }
}

/** Shorter than what follows from the tiers' timeouts, so that a stall can be past it several times in a minute. */
function limitsOf({ visibilityMs }: Options): Limits {
  return { functionMs: visibilityMs / 2, leaseMs: 0.7 * visibilityMs, visibilityMs };
}

function planOf({ ms, killEveryMs, stallEveryMs, visibilityMs }: Options, canFill: boolean): HarmPlan {
  const fullMs = Math.min(10_000, ms / 6);
  return {
    killEveryMs,
    stallEveryMs,
    stallMs: visibilityMs + BEYOND_MS,
    fullMs,
    ...(canFill && { fillAfterMs: ms / 3 }),
  };
}

function removeDisk(disk: SmallDisk, work: string): void {
  disk.remove();
  rmSync(work, { recursive: true, force: true });
}

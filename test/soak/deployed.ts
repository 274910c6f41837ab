import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { awsCloud } from '../../lib/aws/index.ts';
import type { Cloud } from '../../lib/index.ts';
import { loadApplication } from '../../lib/local/index.ts';
import { account } from './account.ts';
import { deploy } from './deploy.ts';
import { createDriver, nothingSeen } from './driver.ts';
import { type End, fateOf } from './fates.ts';
import { functionProcesses } from './function-processes.ts';
import { type Harm, noHarm } from './harm.ts';
import { createLedger, flowId, type Ledger } from './ledger.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import { settle } from './settle.ts';

const APPLICATION = fileURLToPath(new URL('./functions/mill', import.meta.url));
const LOOK_EVERY_MS = 2_000;

/** Soaks the same application as it is deployed on an emulator, where killing a function's process is possible. */
export async function soakDeployed(options: Options, progress: Progress): Promise<Report> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (endpoint === undefined) throw new Error('--deployed needs AWS_ENDPOINT_URL: run it under scripts/ministack.ts');
  const { graph } = await loadApplication(APPLICATION);
  const silent = { write: async () => undefined, flow: async () => [] };
  const cloud = awsCloud({ ...(await deploy()), decisions: silent });
  const ledger = createLedger();
  const seen = nothingSeen();
  const harm = noHarm();
  const driver = createDriver({ cloud, graph, ledger, seen, reply: true });
  const stop = new AbortController();
  const rest = new AbortController();
  const showing = setInterval(() => progress.show(ledger, harm, 'running'), 250);
  try {
    const began = Date.now();
    const receiving = driver.receive(stop.signal);
    const killing = killFunctions(endpoint, options.killEveryMs, harm, rest.signal);
    await driver.send({ ms: options.ms, flows: options.flows, chunk: 10, backlog: 200 });
    const loadMs = Date.now() - began;
    // What a killed function had in hand comes back after its visibility timeout; the last of it must not be killed again.
    rest.abort();
    await killing;
    progress.phase('settles');
    const quietMs = 2 * Math.max(...graph.tiers.map(({ limits }) => limits.visibilityMs));
    const looking = lookForEnds(cloud, ledger, stop.signal);
    await settle(ledger, quietMs);
    const left = await untilEmpty(driver.backlog, quietMs);
    stop.abort();
    await Promise.all([receiving, looking]);
    await readReplies(cloud, ledger);
    return {
      account: await account(ledger, cloud),
      harm,
      seen,
      left,
      loadMs,
      tornLines: 0,
      driverBytes: process.resourceUsage().maxRSS * 1_024,
      deployed: true,
    };
  } finally {
    clearInterval(showing);
    rest.abort();
    stop.abort();
  }
}

async function killFunctions(endpoint: string, everyMs: number, harm: Harm, rest: AbortSignal): Promise<void> {
  while (!rest.aborted) {
    await sleep(everyMs * 2 * Math.random(), undefined, { signal: rest }).catch(() => undefined);
    const running = functionProcesses(endpoint);
    const victim = running[Math.floor(Math.random() * running.length)];
    if (victim === undefined || rest.aborted) continue;
    process.kill(victim, 'SIGKILL');
    harm.kills += 1;
  }
}

async function untilEmpty(backlog: () => Promise<number>, withinMs: number): Promise<number> {
  for (const end = Date.now() + withinMs; ; ) {
    const left = await backlog();
    if (left === 0 || Date.now() >= end) return left;
    await sleep(1_000);
  }
}

async function lookForEnds(cloud: Cloud, ledger: Ledger, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await readReplies(cloud, ledger);
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

const ENDS: Readonly<Record<string, End>> = { dropped: 'dropped', expired: 'expired' };

/** The functions' log is not at hand here, so the table says how flows ended that bring no message. */
async function readReplies(cloud: Cloud, ledger: Ledger): Promise<void> {
  for (let n = 0; n < ledger.sent; n += 1) {
    if (ledger.at(n).told) continue;
    const status = (await cloud.table.get(`reply#${flowId(n)}`))?.status;
    if (typeof status === 'string') {
      ledger.tell(flowId(n));
      if (ENDS[status]) ledger.end(flowId(n), ENDS[status]);
    } else if (await waitsForItsTime(cloud, n)) {
      ledger.tell(flowId(n));
      ledger.end(flowId(n), 'expired');
    }
  }
}

/** A half that is alone for good: MiniStack deletes it late and tells nobody, so what counts is that it has a time to live. */
async function waitsForItsTime(cloud: Cloud, n: number): Promise<boolean> {
  if (!fateOf(n).name.endsWith('-alone')) return false;
  const item = await cloud.table.get(`join#dear#${flowId(n)}`);
  return typeof item?.expiresAt === 'number' && (item.data === undefined) !== (item.signal === undefined);
}

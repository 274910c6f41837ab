import { setTimeout as sleep } from 'node:timers/promises';
import type { AdversaryStart } from './adversary-process.ts';
import { filler } from './disk.ts';
import { type FromAdversary, type Harm, noHarm, type ToAdversary } from './harm.ts';
import { keepRunning } from './keep-running.ts';

/** The process that keeps the runner running, and harms it: kills, stalls, fills its disk. */
const { plan, start, disk } = JSON.parse(process.argv[2]!) as AdversaryStart;
/** Between two tries to harm a runner that is not there. */
const RETRY_MS = 50;
const harm: Harm = noHarm();
const began = Date.now();
const resting = new AbortController();
let now: Extract<FromAdversary, { is: 'harm' }>['now'] = 'running';
const tell = (message: FromAdversary): void => void (process.connected && process.send!(message));
const runner = keepRunning(start, harm, () => now === 'disk full');
const filling = filler(disk);

process.on('message', async (message: ToAdversary) => {
  if (message.do === 'rest') return resting.abort();
  await runner.end();
  clearInterval(telling);
  tell({ is: 'harm', harm, now });
  process.disconnect();
});
// Nothing may run on without the driver, a stopped process least of all.
process.on('disconnect', () => {
  runner.kill();
  process.exit();
});
const telling = setInterval(() => tell({ is: 'harm', harm, now }), 200);

let nextStall = began + plan.stallEveryMs;
let fillAt = plan.fillAfterMs === undefined ? Infinity : began + plan.fillAfterMs;
for (;;) {
  await untilNextKill();
  if (resting.signal.aborted) break;
  if (Date.now() >= fillAt) await fillDisk();
  else if (Date.now() >= nextStall) await stall();
  else kill();
}
await doWhatChanceLeftOut();
tell({ is: 'resting' });

/** A short soak may be over before its turn comes to some harm: no kind of it is left out. */
async function doWhatChanceLeftOut(): Promise<void> {
  if (Number.isFinite(fillAt)) await fillDisk();
  for (; harm.stalls === 0; await sleep(RETRY_MS)) await stall();
  for (; harm.kills === 0; await sleep(RETRY_MS)) kill();
}

/** Any time from at once, so that a runner that is just starting is killed too. */
async function untilNextKill(): Promise<void> {
  await sleep(plan.killEveryMs * 2 * Math.random(), undefined, { signal: resting.signal }).catch(() => undefined);
}

function kill(): void {
  if (runner.kill()) harm.kills += 1;
}

async function stall(): Promise<void> {
  nextStall = Date.now() + plan.stallEveryMs;
  const stopped = Date.now();
  if (!runner.stop()) return;
  now = 'stalled';
  await sleep(plan.stallMs);
  runner.go();
  now = 'running';
  harm.stalls += 1;
  harm.stalledMs += Date.now() - stopped;
}

/** Full for a while, and killed in the middle of it: a start on a full disk is a case of its own. */
async function fillDisk(): Promise<void> {
  fillAt = Infinity;
  now = 'disk full';
  const full = Date.now();
  const killAt = full + plan.fullMs / 2;
  let killed = false;
  while (Date.now() < full + plan.fullMs) {
    filling.fill();
    if (!killed && Date.now() >= killAt) {
      kill();
      killed = true;
    }
    await sleep(50);
  }
  filling.free();
  now = 'running';
  harm.fullMs += Date.now() - full;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, connectControl } from 'sluice';
import { loadApplication, openCloud, startCascade } from 'sluice/local';

/**
 * A flood of controls beside data, on the thermostat and the embedded cloud:
 * `node --conditions=sluice-source test/control/flood.ts [controls] [seconds]`.
 */
export interface FloodOptions {
  readonly controls: number;
  readonly readings: number;
  readonly sensors: number;
  /** Over which they are sent evenly; 0: as fast as they go. */
  readonly seconds: number;
}

/** What became of it. */
export interface Flood {
  readonly seconds: number;
  /** Control messages by what was decided about them; `lost`: nothing was. */
  readonly controls: Readonly<Record<'applied' | 'stale' | 'duplicate' | 'failed' | 'lost', number>>;
  /** Readings by the same; `meanwhile` were decided before the last control was. */
  readonly readings: { readonly decided: number; readonly meanwhile: number; readonly lost: number };
  /** Sensors at another version than the highest that was sent for them. */
  readonly wrong: number;
  /** Letters in `controls.dlq`. */
  readonly deadLetters: number;
  /** Resident memory before and at most, MB. */
  readonly memory: { readonly before: number; readonly most: number };
}

/** One message in this many brings a version that is there already, one comes twice, and one does not fit. */
const ODD = 100;
const TICKS_PER_SECOND = 10;
const FOLDER = fileURLToPath(new URL('../../functions/thermostat', import.meta.url));
const megabytes = (): number => Math.round(process.memoryUsage.rss() / 1_000_000);

export async function flood({ controls, readings, sensors, seconds }: FloodOptions): Promise<Flood> {
  const told = { applied: 0, stale: 0, duplicate: 0, failed: 0 };
  let decided = 0;
  let meanwhile = 0;
  const cloud = await openCloud({
    dir: ':memory:',
    onDecisions(records) {
      for (const { tier, decision } of records) {
        if (tier !== 'controls') decided += 1;
        else if (decision in told) {
          told[decision as keyof typeof told] += 1;
          meanwhile = decided;
        }
      }
    },
  });
  const cascade = await startCascade({ application: await loadApplication(FOLDER), cloud });
  const settings = connectControl<typeof import('../../functions/thermostat/controls/setting.ts')>('setting', {
    cloud,
  });
  const thermostat = connect<typeof import('../../functions/thermostat/thermostat.ts')>('thermostat', { cloud });
  const highest = new Map<number, number>();

  function message(i: number) {
    const sensorID = i % sensors;
    const setting = { sensorID, desired: i % 37, upDelta: i % ODD === 3 ? -1 : 1, downDelta: 1 };
    const back = i % ODD === 1 && highest.has(sensorID);
    const version = back ? highest.get(sensorID)! : i + 1;
    if (setting.upDelta > 0) highest.set(sensorID, version);
    // Sent by somebody who knows nothing of the schema: the client does not look at it.
    return { value: setting, key: String(sensorID), version };
  }
  const before = megabytes();
  let most = before;
  let [sentControls, sentReadings] = [0, 0];
  const began = performance.now();
  const ticks = Math.max(1, seconds * TICKS_PER_SECOND, Math.ceil(controls / 1_000));
  for (let tick = 1; tick <= ticks; tick += 1) {
    const batch: ReturnType<typeof message>[] = [];
    for (; sentControls + batch.length < (controls * tick) / ticks; ) {
      const next = message(sentControls + batch.length);
      batch.push(next);
      if (next.version % ODD === 2 && sentControls + batch.length < controls) batch.push(next);
    }
    await settings.setBatch(batch);
    sentControls += batch.length;
    const data = Array.from({ length: Math.round((readings * tick) / ticks) - sentReadings }, (_, i) => ({
      data: { sensorID: (sentReadings + i) % sensors, temperature: tick % 50 },
    }));
    await thermostat.sendBatch(data);
    sentReadings += data.length;
    most = Math.max(most, megabytes());
    const early = (tick * seconds * 1_000) / ticks - (performance.now() - began);
    if (early > 0) await sleep(early);
  }
  while (!(await cascade.idle())) {
    most = Math.max(most, megabytes());
    await sleep(20);
  }
  const took = (performance.now() - began) / 1_000;
  let wrong = 0;
  for (const [sensor, version] of highest) {
    if ((await settings.get(String(sensor)))?.version !== version) wrong += 1;
  }
  const { ready } = await cloud.queue('controls.dlq').depth();
  await cascade.stop();
  await cloud.close();
  const { applied, stale, duplicate, failed } = told;
  return {
    seconds: Number(took.toFixed(1)),
    controls: { ...told, lost: sentControls - applied - stale - duplicate - failed },
    readings: { decided, meanwhile, lost: sentReadings - decided },
    wrong,
    deadLetters: ready,
    memory: { before, most },
  };
}

if (import.meta.main) {
  const [controls = 100_000, seconds = 60] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await flood({ controls, readings: controls / 5, sensors: 1_000, seconds }), null, 2));
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import { connectControl } from '../../lib/index.ts';
import { instanceOf } from '../control/instances.ts';
import { type TestCascade, type TestCascadeOptions, testCascade } from '../support/cascade.ts';
import { crashing } from '../support/crash.ts';
import { manualClock } from '../support/manual-clock.ts';
import { started } from '../support/started.ts';

/** The faults of the original samples, each by name: none of them is in the example. */
const parts = { tiers: [thermostat], controls: [setting] };
const begin = (extra: Partial<TestCascadeOptions> = {}): Promise<TestCascade> => started({ ...parts, ...extra });

async function set(cascade: TestCascade, desired: number, version: number, sensorID: string | number = 1) {
  const settings = connectControl<{ default: typeof setting }>('setting', { cloud: cascade.cloud });
  await settings.set({ sensorID, desired, upDelta: 1, downDelta: 1 }, { version });
}
let readings = 0;
async function read(cascade: TestCascade, temperature: number, sensorID: string | number = 1, drain = {}) {
  cascade.clock.advance(60_000);
  await cascade.send('thermostat', { sensorID, temperature }, { flowId: `reading-${++readings}` });
  await cascade.drain(drain);
}
/** Commands in the order they were delivered; one that came again under its id counts once. */
const said = (cascade: TestCascade): readonly unknown[] =>
  [...new Map(cascade.answers.map((answer) => [answer.id, answer.output])).values()].map((output) => {
    const { sensorID, command, version } = output as { sensorID: unknown; command: string; version: number };
    return [sensorID, command, version];
  });

describe('faults of the samples', () => {
  test('the sensor’s id is overwritten by the command', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1, 9);
    await cascade.drain();
    await read(cascade, 42, 9);
    expect(said(cascade)).toEqual([[9, 'On', 1]]);
  });

  test('the last command lies in memory: after a restart it is given again', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'thermostat-'));
    const clock = manualClock();
    const all: unknown[] = [];
    for (const start of [1, 2, 3]) {
      const cascade = await testCascade({ ...parts, dir, clock });
      if (start === 1) await set(cascade, 45, 1);
      await cascade.drain();
      await read(cascade, 42);
      all.push(...said(cascade));
      await cascade.close();
    }
    await rm(dir, { recursive: true });
    expect(all).toEqual([[1, 'On', 1]]);
  });

  test('the last command lies in memory: after a rebalance, another instance gives it again', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1);
    await cascade.drain();
    for (const instance of [1, 2, 3].map(() => instanceOf(cascade))) {
      await cascade.send('thermostat', { sensorID: 1, temperature: 42 });
      expect(await instance.deliver()).toBe(1);
    }
    await cascade.drain();
    expect(said(cascade)).toEqual([[1, 'On', 1]]);
  });

  test('a reading that is delivered again gives its command again', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1);
    await cascade.drain();
    for (const temperature of [42, 47, 42]) await read(cascade, temperature, 1, { times: 3 });
    expect(said(cascade)).toEqual([
      [1, 'On', 1],
      [1, 'Off', 1],
      [1, 'On', 1],
    ]);
  });

  test('one last command serves for all sensors', async () => {
    const cascade = await begin();
    for (const sensor of [1, 2, 3]) await set(cascade, 45, 1, sensor);
    await cascade.drain();
    for (const sensor of [1, 2, 3]) await read(cascade, 42, sensor);
    expect(said(cascade)).toEqual([1, 2, 3].map((sensor) => [sensor, 'On', 1]));
  });

  test('one setting serves for all sensors', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1, 1);
    await set(cascade, 20, 2, 2);
    await cascade.drain();
    for (const sensor of [1, 2]) await read(cascade, 30, sensor);
    expect(said(cascade)).toEqual([
      [1, 'On', 1],
      [2, 'Off', 2],
    ]);
  });

  test('a new setting starts the query again, which forgets what it said', async () => {
    const cascade = await begin();
    for (const version of [1, 2, 3, 4]) {
      await set(cascade, 44 + version, version);
      await cascade.drain();
      await read(cascade, 42);
    }
    expect(said(cascade)).toEqual([[1, 'On', 1]]);
    expect(cascade.records.at(-1)!.controls).toEqual({ setting: 4 });
  });

  test('a setting commands something by itself', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1);
    await cascade.drain();
    await read(cascade, 45);
    await set(cascade, 60, 2);
    await cascade.drain();
    expect(said(cascade)).toEqual([]);
  });

  test.each(['before', 'after'] as const)(
    'a setting is read at most once: a crash %s a call loses it',
    async (when) => {
      for (const at of [1, 2, 3, 4]) {
        const crash = crashing({ at, when });
        const cascade = await begin({ wrap: crash.wrap });
        await set(cascade, 45, 1);
        await crash.drain(cascade);
        await read(cascade, 42);
        expect([at, said(cascade)]).toEqual([at, [[1, 'On', 1]]]);
      }
    },
  );

  test.each(['before', 'after'] as const)(
    'a reading is read at most once: a crash %s a call loses it',
    async (when) => {
      for (const at of [1, 2, 3, 4, 5, 6, 7]) {
        const crash = crashing({ at, when });
        const cascade = await begin({ wrap: crash.wrap });
        await set(cascade, 45, 1);
        await cascade.drain();
        cascade.clock.advance(60_000);
        await cascade.send('thermostat', { sensorID: 1, temperature: 42 });
        await crash.drain(cascade);
        expect([at, said(cascade)]).toEqual([at, [[1, 'On', 1]]]);
      }
    },
  );

  test('settings have no version: a replay, or another order, installs an older one', async () => {
    const cascade = await begin();
    for (const [desired, version] of [
      [50, 2],
      [45, 1],
      [50, 2],
      [45, 1],
    ] as const)
      await set(cascade, desired, version);
    await cascade.drain({ times: 2 });
    await read(cascade, 48);
    expect(said(cascade)).toEqual([[1, 'On', 2]]);
  });

  test('a message that cannot be read is answered with Done', async () => {
    const cascade = await begin();
    await cascade.put('controls', 'not a setting');
    await cascade.put('thermostat', 'not a reading');
    await cascade.drain();
    expect(cascade.records.map(({ decision }) => decision)).toEqual(['failed', 'failed']);
    expect(await cascade.deadLetters()).toHaveLength(2);
  });

  test('readings in the dead band, and on its very edge, command something', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1);
    await cascade.drain();
    for (const temperature of [44, 46, 45]) await read(cascade, temperature);
    expect(said(cascade)).toEqual([]);
  });

  test('what comes before the first setting is told to nobody', async () => {
    const cascade = await begin();
    await read(cascade, 42);
    await set(cascade, 45, 1);
    await cascade.drain();
    await read(cascade, 45);
    expect(said(cascade)).toEqual([]);
    expect(cascade.records[0]).toMatchObject({
      decision: 'dropped',
      reason: expect.stringContaining('nothing is set'),
    });
    expect(await cascade.deadLetters()).toEqual([]);
  });
});

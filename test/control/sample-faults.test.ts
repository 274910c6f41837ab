import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { connectControl, defineControl } from '../../lib/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';
import { crashing } from '../support/crash.ts';
import { manualClock } from '../support/manual-clock.ts';
import { started } from '../support/started.ts';
import { setting, thermostat } from './thermostat.ts';

/** The faults of the samples that this follows, each as a test of its own. */
type Setting = { default: typeof setting };
const begin = (extra: Partial<Parameters<typeof testCascade>[0]> = {}) =>
  started({ tiers: [thermostat()], controls: [setting], ...extra });

async function set(cascade: TestCascade, desired: number, version: number, sensorID = '1'): Promise<void> {
  const settings = connectControl<Setting>('setting', { cloud: cascade.cloud });
  await settings.set({ sensorID, desired, upDelta: 1, downDelta: 1 }, { version });
}
let readings = 0;
const read = async (cascade: TestCascade, temperature: number, sensorID = '1'): Promise<void> => {
  cascade.clock.advance(60_000);
  await cascade.send('thermostat', { sensorID, temperature }, { flowId: `reading-${++readings}` });
  await cascade.drain();
};
const commands = (cascade: TestCascade): readonly unknown[] =>
  cascade.answers.map(({ output }) => {
    const { sensorID, command } = output as { sensorID: string; command: string };
    return `${sensorID}:${command}`;
  });

describe('faults of the samples', () => {
  test('the sensor’s id is overwritten by the command', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1, 'sensor-9');
    await cascade.drain();
    await read(cascade, 42, 'sensor-9');
    expect(commands(cascade)).toEqual(['sensor-9:On']);
  });

  test('the last action lies in a map in memory: a restart sends the command again', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'heat-'));
    const clock = manualClock();
    const said: unknown[] = [];
    for (let start = 0; start < 3; start += 1) {
      const cascade = await testCascade({ tiers: [thermostat()], controls: [setting], dir, clock });
      if (start === 0) await set(cascade, 45, 1);
      await cascade.drain();
      await read(cascade, 42);
      said.push(...commands(cascade));
      await cascade.close();
    }
    expect(said).toEqual(['1:On']);
    await rm(dir, { recursive: true });
  });

  test('one last action, or one setting, serves for all sensors', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1, '1');
    await set(cascade, 20, 1, '2');
    await cascade.drain();
    for (const [temperature, sensorID] of [
      [42, '1'],
      [42, '2'],
      [10, '2'],
      [50, '1'],
    ] as const)
      await read(cascade, temperature, sensorID);
    expect(commands(cascade)).toEqual(['1:On', '2:Off', '2:On', '1:Off']);
  });

  test('a new setting restarts the query', async () => {
    let loads = 0;
    const cascade = await begin({ tiers: [thermostat({ load: () => (loads += 1) })] });
    for (let version = 1; version <= 5; version += 1) {
      await set(cascade, 40 + version, version);
      await cascade.drain();
      await read(cascade, 30);
    }
    expect(loads).toBe(1);
    expect(cascade.records.at(-1)!.controls).toEqual({ setting: 5 });
  });

  test('a setting is read at most once: a crash loses it', async () => {
    for (const at of [1, 2, 3]) {
      const crash = crashing({ at, when: 'before' });
      const cascade = await begin({ wrap: crash.wrap });
      await set(cascade, 45, 1);
      await crash.drain(cascade);
      await read(cascade, 42);
      expect(commands(cascade)).toEqual(['1:On']);
    }
  });

  test('settings have no version: a replay or another order installs an older one', async () => {
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
    expect(commands(cascade)).toEqual(['1:On']);
    expect(cascade.answers[0]!.controls).toEqual({ setting: 2 });
  });

  test('a message that cannot be read is answered with Done', async () => {
    const cascade = await begin();
    await cascade.put('controls', 'not a setting');
    await cascade.drain();
    expect(cascade.records.map(({ decision }) => decision)).toEqual(['failed']);
    expect(await cascade.deadLetters()).toHaveLength(1);
  });

  test('what comes before the first setting goes by another rule in each sample', () => {
    // There is no rule that nobody chose.
    expect(() => defineControl({ name: 'setting', schema: z.number() } as never)).toThrow(/beforeControl/);
  });

  test('readings in the dead band, and on its very edge, command something', async () => {
    const cascade = await begin();
    await set(cascade, 45, 1);
    await cascade.drain();
    for (const temperature of [44, 46, 45]) await read(cascade, temperature);
    expect(commands(cascade)).toEqual([]);
  });
});

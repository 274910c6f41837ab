import { describe, expect, test } from 'vitest';
import { connectControl } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { type Event, GOLDEN, parse, setting, thermostat } from './thermostat.ts';

type Setting = { default: typeof setting };

/** Feeds one event and works everything off; returns the commands that came of it. */
async function feed(cascade: TestCascade, event: Event, i: number, drain = {}): Promise<readonly unknown[]> {
  const { sensorID, kind, value } = parse(event);
  const before = cascade.answers.length;
  cascade.clock.advance(60_000);
  if (kind === 'C') {
    const settings = connectControl<Setting>('setting', { cloud: cascade.cloud });
    await settings.set({ sensorID, desired: value, upDelta: 1, downDelta: 1 }, { version: i + 1 });
  } else {
    await cascade.send('thermostat', { sensorID, temperature: value }, { flowId: `reading-${i}` });
  }
  await cascade.drain(drain);
  return cascade.answers.slice(before).map(({ output }) => (output as { command: unknown }).command);
}

describe('the golden trace', () => {
  test('a command only where the action changes, and none before there is a setting', async () => {
    const cascade = await started({ tiers: [thermostat()], controls: [setting] });
    const commands: unknown[] = [];
    for (const [i, [event]] of GOLDEN.entries()) commands.push([event, (await feed(cascade, event, i))[0] ?? null]);
    expect(commands).toEqual(GOLDEN);
    expect(cascade.answers.map(({ controls }) => controls)).toEqual(
      [2, 2, 10, 10].map((version) => ({ setting: version })),
    );
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('the same where every message is delivered twice', async () => {
    const cascade = await started({ tiers: [thermostat()], controls: [setting] });
    const commands: unknown[] = [];
    for (const [i, [event]] of GOLDEN.entries()) {
      const own = await feed(cascade, event, i, { times: 2 });
      expect(new Set(own).size).toBeLessThanOrEqual(1);
      commands.push([event, own[0] ?? null]);
    }
    expect(commands).toEqual(GOLDEN);
    expect(new Set(cascade.answers.map(({ id }) => id)).size).toBe(4);
  });
});

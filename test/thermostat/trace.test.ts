import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage, type Stage } from '../../functions/thermostat/demo/stage.ts';
import { expectedCommands } from './expected.ts';
import { COMMANDS, control, data, EVENTS, type Event } from './golden.ts';
import { play } from './play.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

describe('the thermostat', () => {
  test('plays the golden trace', async () => {
    const { commands, told } = await play(stage, EVENTS);
    expect(commands).toEqual(COMMANDS);
    expect(told).toMatchObject([
      { line: 1, what: 'dropped' },
      { line: 12, what: 'dropped' },
    ]);
  });

  test('a setting for all sensors counts where a sensor has none of its own', async () => {
    const { commands } = await play(stage, [
      control(7, 20, 'hall/*'),
      data(15, 'hall/a'),
      data(15, 'hall/b'),
      control(1, 10, 'hall/a'),
      data(15, 'hall/a'),
      data(15, 'hall/b'),
    ]);
    expect(commands.map(({ sensorID, command, version }) => [sensorID, command, version])).toEqual([
      ['hall/a', 'On', 7],
      ['hall/b', 'On', 7],
      ['hall/a', 'Off', 1],
    ]);
  });

  let runs = 0;
  test('commands what the semantics say, whatever the events and their versions', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const house = `house-${++runs}`;
        const events = steps.map((toEvent) => toEvent(house));
        const { commands } = await play(stage, events);
        expect(commands).toEqual(expectedCommands(events, `${house}/*`));
      }),
      { numRuns: 60 },
    );
  });
});

/** An event of a house; several settings have one version, and temperatures lie on edges. */
const degrees = fc.integer({ min: 80, max: 100 }).map((half) => half / 2);
const step: fc.Arbitrary<(house: string) => Event> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 4 }), degrees, fc.constantFrom('a', 'b', '*')).map(
    ([version, desired, room]) =>
      (house: string) =>
        control(version, desired, `${house}/${room}`),
  ),
  fc.tuple(degrees, fc.constantFrom('a', 'b', 'c')).map(
    ([temperature, room]) =>
      (house: string) =>
        data(temperature, `${house}/${room}`),
  ),
);

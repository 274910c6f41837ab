import type { Commanded } from '../../functions/thermostat/demo/replay.ts';

/** A setting of 45 ± 1 degrees, say. */
export const control = (version: number, desired: number, sensorID: string | number = 1) => ({
  kind: 'control' as const,
  sensorID,
  desired,
  upDelta: 1,
  downDelta: 1,
  version,
});

export const data = (temperature: number, sensorID: string | number = 1) => ({
  kind: 'data' as const,
  sensorID,
  temperature,
});

export type Event = ReturnType<typeof control> | ReturnType<typeof data>;

/** The golden trace of the original samples. */
export const EVENTS: readonly Event[] = [
  data(42),
  control(1, 45),
  data(42),
  data(43.5),
  data(44),
  data(45.9),
  data(46),
  data(46.1),
  data(47),
  control(2, 50),
  data(46.5),
  data(10, 2),
  data(48),
  data(51.5),
];

/** What they lead to: nothing before a setting, in the dead band, on its edges, or where the heater was told before. */
export const COMMANDS: readonly Commanded[] = [
  { i: 2, sensorID: 1, command: 'On', version: 1 },
  { i: 7, sensorID: 1, command: 'Off', version: 1 },
  { i: 10, sensorID: 1, command: 'On', version: 2 },
  { i: 13, sensorID: 1, command: 'Off', version: 2 },
];

import type { FlowSeed, SimulatedInput, WorldView } from 'sluice/testing';
import type { Command } from './model/action.ts';

const SENSORS = [7, 'hall', 'cellar'];

/** What `sluice simulate thermostat` sends: a reading, and now and then a setting, of one sensor or of all. */
export function input({ id, at, draws }: FlowSeed): readonly SimulatedInput[] {
  const soon = () => `${Math.floor(draws.between(0, 20_000))}ms` as const;
  const data = { sensorID: draws.pick(SENSORS), temperature: Math.round(draws.between(35, 55)) };
  const reading = { entry: 'thermostat', flowId: id, at, data, after: soon() };
  if (draws.next() < 0.5) return [reading];
  const value = {
    sensorID: draws.pick([...SENSORS, '*']),
    desired: Math.round(draws.between(40, 50)),
    upDelta: 1,
    downDelta: 1,
  };
  return [reading, { control: 'setting', value, version: Math.ceil(draws.between(0, 9)), after: soon() }];
}

export const eventually = {
  'a heater is told On and Off in turn': (world: WorldView): boolean => {
    const ends = world.flows().map((flow) => world.flow(flow).end);
    // A command that was given up, as the store was away for too long, is missing in the count.
    if (ends.includes('dead-lettered')) return true;
    return SENSORS.every((sensor) => Math.abs(times(world, sensor, 'On') - times(world, sensor, 'Off')) <= 1);
  },
};

/** A command that is delivered twice is one. */
function times(world: WorldView, sensor: string | number, command: Command): number {
  const told = world.answers().filter(({ output }) => {
    const { sensorID, command: said } = output as { sensorID: string | number; command: Command };
    return sensorID === sensor && said === command;
  });
  return new Set(told.map(({ flowId }) => flowId)).size;
}

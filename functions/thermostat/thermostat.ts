import { control, defineTier, drop } from 'sluice';
import * as z from 'zod';
import { actionFor, Command } from './model/action.ts';
import { SensorID, toKey } from './model/sensor.ts';

export const Reading = z.object({ sensorID: SensorID, temperature: z.number() });

/** Tells a heater On or Off by its sensor's setting, and only where that is not what it was told last. */
export default defineTier({
  name: 'thermostat',
  input: Reading,
  controls: { setting: control<typeof import('./controls/setting.ts')>('setting') },
  state: {
    schema: z.object({ last: Command.nullable() }),
    initial: { last: null },
    keyBy: ({ data }) => toKey(data.sensorID),
  },
  output: z.object({ sensorID: SensorID, command: Command.nullable(), version: z.int() }),
  predict: async ({ data: { sensorID, temperature }, controls, state }) => {
    const { value, version } = await controls.setting.get(toKey(sensorID));
    const action = actionFor(temperature, value);
    if (action === undefined || action === state.value.last) return { sensorID, command: null, version };
    state.set({ last: action });
    return { sensorID, command: action, version };
  },
  gates: { destination: (output) => (output.command === null ? drop : output) },
  batch: { size: 100 },
});

import { defineControl } from 'sluice';
import * as z from 'zod';
import { SensorID, toKey } from '../model/sensor.ts';

/** The wanted temperature of a sensor, and how far it may go above and below; of sensor `*`, that of all without their own. */
export const Setting = z.object({
  sensorID: SensorID,
  desired: z.number(),
  upDelta: z.number().nonnegative(),
  downDelta: z.number().nonnegative(),
});

export default defineControl({
  name: 'setting',
  schema: Setting,
  keyBy: ({ sensorID }) => toKey(sensorID),
  // A reading without a setting calls for nothing, and the next one is a minute away: keeping it would help nobody.
  beforeControl: 'drop',
});

import * as z from 'zod';

/** A sensor by its number or name: `7` and `"7"` are one sensor, and each answer says it as the reading did. */
export const SensorID = z.union([z.string().min(1), z.int()]);
export type SensorID = z.infer<typeof SensorID>;

/** What its setting and its state are kept under. */
export const toKey = (sensorID: SensorID): string => String(sensorID);

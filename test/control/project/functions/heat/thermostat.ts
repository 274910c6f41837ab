import { thermostat } from '../../../thermostat.ts';

/** Predicts in a worker thread: controls and state come from the main one. */
export default thermostat({ workers: 1 });

import { parentPort, workerData } from 'node:worker_threads';
import { openStage } from './stage.ts';
import { simulateWeek, type WeekOptions } from './week.ts';

/** A thread of `simulateParts`: its rooms on an embedded cloud of its own; tells each minute, and then what came of all. */
const stage = await openStage();
const result = await simulateWeek(stage, workerData as WeekOptions, (minute) => parentPort!.postMessage({ minute }));
await stage.close();
parentPort!.postMessage({ result });

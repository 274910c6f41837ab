export type { LocalCloud, OpenCloudOptions } from './cloud.ts';
export { openCloud } from './cloud.ts';
export type { EventSource, EventSourceOptions } from './event-source.ts';
export { startEventSource } from './event-source.ts';
export type { ExpiredItem, LocalTable } from './sqlite-table.ts';
export { systemClock, systemRandom } from './system.ts';

/** How often the producers send. */
export const TICK_MS = 50;
/** Readings a tick. */
export const TICK_FLOWS = 20;
/** Ticks that a photo comes at most before or after its reading. */
export const LATEST = 10;

/** By how many ticks a flow's photo comes after its reading; less than none: before. Spread evenly, the same every time. */
export const ticksLate = (n: number): number => ((n * 7) % (2 * LATEST + 1)) - LATEST;

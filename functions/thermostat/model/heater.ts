/** A room with a heater. Degrees. */
export interface Room {
  readonly temperature: number;
  readonly on: boolean;
}

/** Minutes that a degree takes. */
export interface Rates {
  readonly up: number;
  readonly down: number;
}

/** As every room begins. */
export const COLD: Room = { temperature: 42, on: false };

/** The room some minutes later: the heater warms it while it is on, and it cools while it is off. */
export function later(room: Room, minutes: number, { up, down }: Rates): Room {
  return { ...room, temperature: room.temperature + (room.on ? minutes / up : -minutes / down) };
}

/** What its sensor says: hundredths of a degree. */
export const measured = ({ temperature }: Room): number => Math.round(temperature * 100) / 100;

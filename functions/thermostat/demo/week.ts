import { COLD, later, measured, type Rates, type Room } from '../model/heater.ts';
import { draw } from './chance.ts';
import type { Minute, Outcome, Stage } from './stage.ts';

/** What is simulated. */
export interface WeekOptions {
  readonly sensors: number;
  /** The number of the first sensor; others follow. Default: 1. */
  readonly first?: number;
  readonly minutes: number;
  readonly rates: Rates;
  /** Minutes from one setting of a sensor to its next. */
  readonly every: number;
  readonly seed: number;
  /** So many sensors are watched, for so many minutes. */
  readonly watch: { readonly sensors: number; readonly minutes: number };
}

/** One minute of a watched room: what its sensor said, and what counted then. */
export interface Moment {
  readonly temperature: number;
  readonly on: boolean;
  readonly setting?: Setting;
}

/** What came of it. */
export interface WeekResult {
  readonly readings: number;
  readonly settings: number;
  readonly commands: number;
  /** Readings before their sensor's first setting. */
  readonly early: number;
  /** Commands that a heater had been told before. */
  readonly repeated: number;
  /** Commands that name another version than the one that counted. */
  readonly outdated: number;
  /** Settings and readings that came to any other end. */
  readonly failed: number;
  /** The watched sensors, minute by minute. */
  readonly watched: readonly (readonly Moment[])[];
}

type Setting = Minute['settings'][number]['value'];

/** A sensor, its room, and what it was set to and told last. */
interface Loop {
  readonly sensorID: number;
  /** The minute of its first setting. */
  readonly begins: number;
  readonly moments: Moment[];
  room: Room;
  setting?: Setting;
  version: number;
  told?: 'On' | 'Off';
}

/** Closes the loop: each minute rooms are measured, readings become commands, and commands switch the heaters. */
export async function simulateWeek(
  stage: Stage,
  options: WeekOptions,
  onMinute: (minute: number) => void,
): Promise<WeekResult> {
  const { sensors, first = 1, minutes, watch } = options;
  const loops = Array.from({ length: sensors }, (_, i) => toLoop(first + i, options));
  const counts = { readings: 0, settings: 0, commands: 0, early: 0, repeated: 0, outdated: 0, failed: 0 };
  for (let minute = 0; minute < minutes; minute += 1) {
    const due = loops.filter(({ begins }) => minute >= begins && (minute - begins) % options.every === 0);
    for (const loop of due) change(loop, options.seed);
    const outcome = await stage.play({
      settings: due.map(({ setting, version }) => ({ value: setting!, version })),
      readings: loops.map(({ sensorID, room }) => ({
        flowId: `${sensorID}@${minute}`,
        data: { sensorID, temperature: measured(room) },
      })),
    });
    counts.settings += due.length;
    counts.readings += loops.length;
    count(counts, loops, first, outcome);
    for (const loop of loops) {
      if (loop.sensorID <= watch.sensors && minute < watch.minutes) loop.moments.push(momentOf(loop));
      loop.room = later(loop.room, 1, options.rates);
    }
    onMinute(minute + 1);
  }
  const watched = loops.filter(({ sensorID }) => sensorID <= watch.sensors);
  return { ...counts, watched: watched.map(({ moments }) => moments) };
}

/** All sensors are set at the same interval, from some minute of the first ten on. */
function toLoop(sensorID: number, { every, seed }: WeekOptions): Loop {
  const begins = draw(Math.min(every, 10), seed, 'first', sensorID);
  return { sensorID, begins, moments: [], room: COLD, version: 0 };
}

/** Sets 45 degrees and a whole number from -5 to 4: the original's choice, but around 45 and not added up, which would wander off. */
function change(loop: Loop, seed: number): void {
  const { sensorID } = loop;
  loop.version += 1;
  loop.setting = {
    sensorID,
    desired: 40 + draw(10, seed, 'desired', sensorID, loop.version),
    upDelta: 1,
    downDelta: 1,
  };
}

/** Switches heaters as commanded, and counts what may not be. */
function count(
  counts: { commands: number; early: number; repeated: number; outdated: number; failed: number },
  loops: readonly Loop[],
  first: number,
  { answers, decisions }: Outcome,
): void {
  for (const { output } of answers) {
    const loop = loops[Number(output.sensorID) - first]!;
    counts.commands += 1;
    if (output.command === loop.told) counts.repeated += 1;
    if (output.version !== loop.version) counts.outdated += 1;
    loop.told = output.command!;
    loop.room = { ...loop.room, on: output.command === 'On' };
  }
  for (const { decision, controls } of decisions) {
    if (decision === 'dropped' && !controls) counts.early += 1;
    if (decision === 'failed' || decision === 'stale' || decision === 'duplicate') counts.failed += 1;
  }
}

function momentOf({ room, setting }: Loop): Moment {
  return { temperature: measured(room), on: room.on, ...(setting && { setting }) };
}

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { WeekOptions } from './week.ts';

export const HELP = `Rooms whose heaters are told On and Off by settings that change, on an embedded cloud.

  npm run thermostat                                   simulate rooms, and draw some of them
  npm run thermostat -- --events FILE [--json]         read events, one JSON object a line, and print commands

  --sensors N        rooms (100)
  --days N           simulated days (0.25)
  --up N             minutes that a degree takes while the heater is on (1)
  --down N           minutes that a degree takes while it is off (2)
  --every N          minutes from one setting of a sensor to its next (10)
  --seed N           which settings (1)
  --threads N        threads, each with some of the rooms and an embedded cloud (as many as processors; 1 up to 250 rooms)
  --picture FILE     where the picture goes (.sluice/thermostat.svg)
  --watch N          rooms in the picture (4)
  --picture-hours N  hours in the picture (4)
  --json             figures or commands as JSON
  --events FILE      events; - reads stdin`;

const OPTIONS = {
  events: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  sensors: { type: 'string', default: '100' },
  days: { type: 'string', default: '0.25' },
  up: { type: 'string', default: '1' },
  down: { type: 'string', default: '2' },
  every: { type: 'string', default: '10' },
  seed: { type: 'string', default: '1' },
  threads: { type: 'string' },
  picture: { type: 'string', default: '.sluice/thermostat.svg' },
  watch: { type: 'string', default: '4' },
  'picture-hours': { type: 'string', default: '4' },
} as const;

/** Rooms for which it is not worth starting another thread. */
const ROOMS_A_THREAD = 250;

/** What the command line asks for. */
export interface Asked {
  readonly help: boolean;
  readonly json: boolean;
  readonly events: string | undefined;
  readonly picture: string;
  readonly threads: number;
  readonly week: WeekOptions;
}

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): Asked {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const number = (
    name: Exclude<keyof typeof OPTIONS, 'json' | 'help' | 'events' | 'picture'>,
    { whole = false, otherwise = 0 } = {},
  ): number => {
    const value = Number(values[name] ?? otherwise);
    if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
    throw new Error(`--${name} is ${values[name]}: give a ${whole ? 'whole ' : ''}number above 0`);
  };
  const { help, json, events, picture } = values;
  const whole = true;
  const sensors = number('sensors', { whole });
  const usual = Math.min(availableParallelism(), Math.ceil(sensors / ROOMS_A_THREAD));
  return {
    help,
    json,
    events,
    picture,
    threads: Math.min(number('threads', { whole, otherwise: usual }), sensors),
    week: {
      sensors,
      minutes: Math.max(1, Math.round(number('days') * 24 * 60)),
      rates: { up: number('up'), down: number('down') },
      every: number('every', { whole }),
      seed: number('seed', { whole }),
      watch: { sensors: number('watch', { whole }), minutes: Math.round(number('picture-hours') * 60) },
    },
  };
}

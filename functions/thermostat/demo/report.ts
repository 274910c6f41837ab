import type { WeekOptions, WeekResult } from './week.ts';

/** The figures for people: every number is of this run. */
export function report({ sensors, minutes }: WeekOptions, threads: number, r: WeekResult, seconds: number): string {
  const { readings, settings, commands, early, repeated, outdated, failed } = r;
  return [
    '',
    `simulated    ${n(sensors)} sensors, ${duration(minutes)}, a reading a minute: ${n(readings)} readings and ${n(settings)} settings`,
    `took         ${seconds.toFixed(1)} s in ${threads} thread${threads === 1 ? '' : 's'}: ${n(Math.round(readings / seconds))} readings a second, each with a setting read and a state kept`,
    `commands     ${n(commands)}: one for ${(readings / commands).toFixed(1)} readings`,
    `not decided  ${n(early)} readings came before their sensor's first setting`,
    `wrong        ${repeated} commands repeated, ${outdated} by a setting that counted no more, ${failed} messages failed`,
  ].join('\n');
}

const n = (count: number): string => count.toLocaleString('en');

function duration(minutes: number): string {
  const [size, unit] = minutes >= 1_440 ? [1_440, 'day'] : minutes >= 60 ? [60, 'hour'] : [1, 'minute'];
  const count = Number((minutes / size).toFixed(2));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

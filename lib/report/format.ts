/** A share of one as a percentage: `11.9 %`. */
export function percent(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return '–';
  return `${(100 * share).toFixed(digits)} %`;
}

/** A whole number with its thousands apart: `2,000`. */
export const whole = (n: number): string => Math.round(n).toLocaleString('en-US');

/** `1 flow`, `2,000 flows`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`;

/** A duration in the unit that people would use, with two or three digits that mean something. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 1_000) return `${digits(ms)} ms`;
  if (ms < 60_000) return `${digits(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${digits(ms / 60_000)} min`;
  return `${digits(ms / 3_600_000)} h`;
}

/** Bytes, decimal. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, n)) / 3)));
  return `${power === 0 ? whole(n) : digits(n / 1_000 ** power)} ${units[power]}`;
}

/** US dollars. */
export function dollars(amount: number): string {
  if (!Number.isFinite(amount)) return '–';
  if (amount === 0) return '$0';
  if (amount < 0.000_1) return '< $0.0001';
  return `$${amount < 0.1 ? amount.toFixed(4) : amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** A score or threshold, without digits that mean nothing. */
export const score = (value: number): string => String(Number(value.toPrecision(4)));

/** A moment in universal time, to the second. */
export const moment = (ms: number): string => `${day(ms)}, ${time(ms)} UTC`;

/** From when to when, the day said once where it is one. */
export function period(from: number, to: number): string {
  return day(from) === day(to) ? `${day(from)}, ${time(from)} to ${time(to)} UTC` : `${moment(from)} to ${moment(to)}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The last moment that a date can hold. */
const LAST = 8.64e15;

const dateOf = (ms: number): Date => new Date(Math.min(LAST, Math.max(-LAST, ms)));

function day(ms: number): string {
  const date = dateOf(ms);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

const time = (ms: number): string => dateOf(ms).toISOString().slice(-13, -5);

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return String(Number(value.toFixed(value >= 10 ? 1 : 2)));
}

/** Text for a chart, where a long name would run into its neighbour; the table beside it has all of it. */
export function clip(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

import { withoutPlace } from '../core/errors.ts';

/** Milliseconds as people read them. */
export function msText(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  if (ms < 3_600_000) return `${Number((ms / 60_000).toFixed(1))} min`;
  return `${Number((ms / 3_600_000).toFixed(1))} h`;
}

/** Bytes as people read them. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Number((bytes / 1_000).toFixed(1))} kB`;
  return `${Number((bytes / 1_000_000).toFixed(1))} MB`;
}

/** A score or threshold, without digits that mean nothing. */
export const scoreText = (score: number): string => String(Number(score.toPrecision(4)));

/** `1 flow`, `2 flows`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** A moment in local time, with its date only where it is not today. */
export function timeText(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

/** An argument as a shell takes it unchanged, and a terminal shows it. */
export function shellText(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  const written = shown(argument).replaceAll('\n', '\\u000a');
  if (written === argument) return `'${argument.replaceAll("'", `'\\''`)}'`;
  // bash and zsh read the escapes of this form.
  return `$'${shown(argument.replaceAll('\\', '\\\\').replaceAll("'", "\\'")).replaceAll('\n', '\\u000a')}'`;
}

/** Text of a message cut to one line of at most `length` characters. */
export function oneLine(text: string, length: number): string {
  const line = shown(text.replace(/\s+/g, ' ').trim());
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** Why a flow was given up, on one line: application, tier and flow stand beside it already. */
export const reasonText = (reason: string, length: number): string => oneLine(withoutPlace(reason), length);

/** What makes a terminal do something instead of showing it, and what turns the direction of text around; not new lines. */
const COMMANDS = /(?!\n)[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text that came in a message, as a terminal can only show it: what could command the terminal is written out. */
export function shown(text: string): string {
  return text.replace(COMMANDS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

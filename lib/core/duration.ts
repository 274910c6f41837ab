import { SluiceError } from './errors.ts';

/**
 * A length of time as people write it: `'200ms'`, `'10s'`, `'5m'`, `'1h'`, `'7d'`.
 *
 * @example
 * ```ts
 * import type { Duration } from 'sluice';
 *
 * const timeouts: readonly Duration[] = ['200ms', '1.5s', '5m'];
 * console.log(timeouts.length); // 3
 * ```
 */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a {@link Duration}; throws `option-invalid` naming the option when it is not one. */
export function toMs(duration: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
  if (!match) {
    throw new SluiceError('option-invalid', `${option} is ${JSON.stringify(duration)}, which is not a duration`, {
      fix: `Write a number and a unit, such as '200ms', '10s', '5m', '1h' or '7d'.`,
    });
  }
  return Number(match[1]) * (UNIT_MS[match[2]!] ?? 1);
}

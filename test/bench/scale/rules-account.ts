import { LIMITS } from './aws.ts';

/** How many environments a function may still make now; it refills without pause and does not save up. */
export type Tokens = number;

const { count, perSeconds } = LIMITS.environments;

/** A function that has made none lately may make 1,000. @see SOURCES.lambdaScaling */
export const FULL_TOKENS: Tokens = count;

/** 1,000 environments every 10 s, refilled continuously, never more than 1,000 at once. @see SOURCES.lambdaScaling */
export function refill(tokens: Tokens, seconds: number): Tokens {
  return Math.min(count, tokens + (count / perSeconds) * seconds);
}

/** What a function can begin: in environments that wait, and in new ones. */
export interface Capacity {
  readonly idle: number;
  readonly tokens: Tokens;
}

/** How many of `wanted` invocations a function takes, and how many of them start cold. @see SOURCES.lambdaScaling */
export function place(wanted: number, { idle, tokens }: Capacity): { readonly warm: number; readonly cold: number } {
  const warm = Math.min(wanted, Math.floor(idle));
  return { warm, cold: Math.min(wanted - warm, Math.floor(tokens)) };
}

/**
 * Divides what an account has left among those who want it, in proportion, in whole invocations. AWS publishes the limit and
 * not who comes first, so nobody does.
 *
 * @see SOURCES.lambdaConcurrency
 */
export function divide(wants: readonly number[], left: number): readonly number[] {
  const total = wants.reduce((sum, n) => sum + n, 0);
  if (total <= left) return wants;
  const room = Math.max(0, Math.floor(left));
  const shares = wants.map((n) => Math.floor((n * room) / total));
  let rest = room - shares.reduce((sum, n) => sum + n, 0);
  return shares.map((share, i) => {
    const more = rest > 0 && share < wants[i]! ? 1 : 0;
    rest -= more;
    return share + more;
  });
}

/**
 * Invocations an account may begin now: ten a second for each that it may have at a time; a second's worth is kept at most.
 *
 * @see SOURCES.lambdaConcurrency
 */
export function refillBegins(left: number, accountConcurrency: number, seconds: number): number {
  const perSecond = accountConcurrency * LIMITS.invocationsPerConcurrency;
  return Math.min(perSecond, left + perSecond * seconds);
}

/** A function's part of a vCPU for one thread: in proportion to memory, whole at 1,769 MiB. @see SOURCES.lambdaMemory */
export function cpuShare(memoryMiB: number): number {
  return Math.min(1, memoryMiB / LIMITS.vcpuMiB);
}

import type { Violation } from './check.ts';
import type { FaultKey } from './faults.ts';
import type { RunWorld } from './one-world.ts';

/** Most worlds that are run on the way to a small one. */
const MOST_TRIES = 500;
/** Worlds of few flows that are looked into before the found one is made smaller. */
const NEIGHBOURS = 60;
const FEW = [1, 2, 4];

/** A world that breaks a law, with all it takes. */
export interface SmallWorld {
  readonly seed: number;
  /** Flows by their index. */
  readonly flows: readonly number[];
  /** The faults that happen, and no others. */
  readonly faults: readonly FaultKey[];
}

/**
 * The smallest world found that breaks the law. Fewer flows shift which fault happens where, so it looks for worlds of few
 * flows that break it as well, in its neighbourhood; then it leaves out of the smallest what can be left out. Told to stop, it
 * makes do with what it has.
 */
export async function shrink(run: RunWorld, big: SmallWorld, law: string, signal?: AbortSignal): Promise<Violation> {
  let least = big;
  let tries = 0;
  const breaks = async (seed: number, flows: readonly number[], only?: readonly FaultKey[]): Promise<boolean> => {
    if (tries >= MOST_TRIES || signal?.aborted) return false;
    tries += 1;
    const { broken, faults, sent } = await run({ seed, flows, ...(only && { only: new Set(only) }) });
    if (sent === 0 || !broken.some((b) => b.law === law)) return false;
    least = { seed, flows, faults };
    return true;
  };
  for (const few of FEW) {
    if (least !== big || few >= big.flows.length) break;
    for (let i = 0; i < NEIGHBOURS && least === big; i += 1) {
      const first = i % (big.flows.length - few + 1);
      await breaks(big.seed + i, big.flows.slice(first, first + few));
    }
  }
  // As long as anything can be left out, what is left may let something else be left out.
  for (let before = Number.POSITIVE_INFINITY; sizeOf(least) < before; ) {
    before = sizeOf(least);
    const { seed, faults } = least;
    await leaveOut(least.flows, async (flows) => flows.length > 0 && breaks(seed, flows, faults));
    const { flows } = least;
    await leaveOut(least.faults, (kept) => breaks(seed, flows, kept));
  }
  const { broken, view } = await run({ ...least, only: new Set(least.faults) });
  const shown = broken.find((b) => b.law === law);
  if (!shown) {
    const message = 'broken once and not again: a task keeps state, or reads a clock or chance of its own';
    return { law, message, at: view.now, seed: big.seed, world: big, trace: '' };
  }
  return { ...shown, seed: big.seed, world: least, trace: view.trace(shown.flow) };
}

const sizeOf = ({ flows, faults }: SmallWorld): number => flows.length + faults.length;

/** Leaves out ever smaller pieces of a list, as long as the rest still does it. */
async function leaveOut<T>(list: readonly T[], does: (rest: readonly T[]) => Promise<boolean>): Promise<void> {
  let kept = list;
  for (let piece = Math.ceil(kept.length / 2); piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
    for (let at = 0; at < kept.length; ) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + piece)];
      if (await does(rest)) kept = rest;
      else at += piece;
    }
  }
}

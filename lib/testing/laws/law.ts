import type { Graph } from '../../core/plan.ts';
import type { Fact } from '../facts.ts';
import type { Runs } from '../runs.ts';
import type { World } from '../world.ts';

/** What is wrong, and with which flow. */
export interface Problem {
  readonly flow?: string;
  readonly message: string;
}

/** A law that was broken, when. */
export interface Broken extends Problem {
  readonly law: string;
  /** ms since the epoch, virtual. */
  readonly at: number;
}

type Ears = { readonly [D in Fact['did']]?: (fact: Fact & { readonly did: D }, world: World) => Problem | undefined };

/** One law of every cascade: it hears what happens, and has a last word when nothing more can happen. */
export interface Law {
  readonly name: string;
  readonly hears?: Ears;
  readonly end?: (world: World) => readonly Problem[];
}

/**
 * Makes a law for one simulation. `graph` is everything there is, before and after a deployment; what one process did is
 * judged by the plan that it runs.
 */
export type LawMaker = (graph: Graph, runs: Runs) => Law;

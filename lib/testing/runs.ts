import type { Graph, TierPlan } from '../core/plan.ts';
import { type Deployment, planIn } from './deployment.ts';

/** Which graph each process of a world runs: what it does is judged by that one. */
export interface Runs {
  readonly deployment: Deployment;
  /** Notes that a process runs a graph. */
  begin(process: string, graph: Graph): void;
  /** What a process runs; everything there is, for a name that is no process. */
  graphOf(process: string): Graph;
  /** A tier as a process knows it. */
  planOf(process: string, tier: string): TierPlan | undefined;
}

export function runsOf(deployment: Deployment): Runs {
  const graphs = new Map<string, Graph>();
  const graphOf = (process: string): Graph => graphs.get(process) ?? deployment.whole;
  return {
    deployment,
    begin: (process, graph) => void graphs.set(process, graph),
    graphOf,
    planOf: (process, tier) => planIn(graphOf(process), tier),
  };
}

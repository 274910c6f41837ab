import type { ControlDefinition } from '../core/control/definition.ts';
import type { AnyControl } from '../core/control/types.ts';
import type { Destination } from '../core/destination.ts';
import { SluiceError } from '../core/errors.ts';
import { buildGraph } from '../core/graph.ts';
import type { Graph } from '../core/plan.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { AnyTier } from '../core/tier-types.ts';
import { type Application, loadApplication } from '../runtime/application.ts';

/** Which application: a folder or what was loaded from it, or tiers and controls as they are. */
export type ApplicationOptions =
  | {
      readonly application: string | Application;
      readonly tiers?: never;
      readonly destination?: never;
      readonly controls?: never;
    }
  | {
      readonly tiers: readonly AnyTier[];
      readonly destination?: Destination;
      readonly controls?: readonly AnyControl[];
      readonly application?: never;
    };

/** The graph as it is, and as it is after the next deployment: the same tiers under another version. */
export async function graphsOf(options: ApplicationOptions): Promise<readonly [Graph, Graph]> {
  const graph = await graphOf(options);
  const next = (version: string): string => `${version}-next`;
  const { destination, controls } = graph;
  const deployed: Graph = {
    ...graph,
    tiers: graph.tiers.map((plan) => ({ ...plan, version: next(plan.version) })),
    destination: destination && { ...destination, version: next(destination.version) },
    ...(controls && { controls: { ...controls, version: next(controls.version) } }),
  };
  return [graph, deployed];
}

async function graphOf({ application, tiers, destination, controls = [] }: ApplicationOptions): Promise<Graph> {
  if (typeof application === 'string') return (await loadApplication(application)).graph;
  if (application) return application.graph;
  if (!tiers) {
    throw new SluiceError('option-invalid', 'there is nothing to simulate', {
      fix: "Give application: 'functions/<name>', or tiers: [first, second].",
    });
  }
  const definitions = [...tiers, ...(destination ? [destination] : []), ...controls] as readonly (
    | TierDefinition
    | Destination
    | ControlDefinition
  )[];
  return buildGraph(
    'simulated',
    definitions.map((definition) => ({ file: `${definition.name}.ts`, version: '1', definition })),
  );
}

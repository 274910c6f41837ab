import type { ControlDefinition } from '../core/control/definition.ts';
import type { AnyControl } from '../core/control/types.ts';
import type { Destination } from '../core/destination.ts';
import { SluiceError } from '../core/errors.ts';
import { buildGraph } from '../core/graph.ts';
import { rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { Graph } from '../core/plan.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { AnyTier } from '../core/tier-types.ts';
import { type Application, loadApplication } from '../runtime/application.ts';
import { type Deployment, deploymentTo, underOtherVersions } from './deployment.ts';

/** Which application: a folder or what was loaded from it, or tiers and controls as they are. */
export type ApplicationOptions = (
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
    }
) & {
  /**
   * The application after its next deployment. While faults happen some processes run it and others do not, as the fault
   * `versions` has it; after that all do. Default: the same application under other versions.
   */
  readonly next?: NextApplication;
};

/** An application that is deployed in place of another: another folder, or what is another in it. */
export type NextApplication = (
  | {
      readonly application: string | Application;
      readonly tiers?: never;
      readonly destination?: never;
      readonly controls?: never;
    }
  | {
      readonly tiers?: readonly AnyTier[];
      readonly destination?: Destination;
      readonly controls?: readonly AnyControl[];
      readonly application?: never;
    }
) & {
  /**
   * The deployment is taken back halfway, at a moment that the seed draws while faults happen: from then on no process begins
   * to run it, and those that do are ended. Default false.
   */
  readonly takenBack?: boolean;
};

type Definition = TierDefinition | Destination | ControlDefinition;

/**
 * The graph as it is, and as it is after the next deployment.
 *
 * @throws SluiceError `option-invalid`, `graph-*`
 */
export async function deploymentOf(options: ApplicationOptions): Promise<Deployment> {
  const { next } = options;
  const before = await graphOf(options, []);
  if (!next) return underOtherVersions(before);
  rejectUnknownKeys(next, ['application', 'tiers', 'destination', 'controls', 'takenBack'], 'next');
  const { takenBack = false } = next;
  requireOption(typeof takenBack === 'boolean', 'next', 'takenBack', takenBack, 'true or false');
  const isWhole = next.application !== undefined || options.application !== undefined;
  const after = await graphOf(isWhole ? next : { ...options, ...next }, definitionsOf(options));
  return deploymentTo(before, after, takenBack);
}

type Source = Pick<ApplicationOptions & NextApplication, 'application' | 'tiers' | 'destination' | 'controls'>;

/** What is in `known` is what it was; the rest has another version, as a file that was edited has. */
async function graphOf(source: Source, known: readonly Definition[]): Promise<Graph> {
  const { application, tiers } = source;
  if (typeof application === 'string') return (await loadApplication(application)).graph;
  if (application) return application.graph;
  if (!tiers) {
    throw new SluiceError('option-invalid', 'there is nothing to simulate', {
      fix: "Give application: 'functions/<name>', or tiers: [first, second].",
    });
  }
  const isNew = (definition: Definition): boolean => known.length > 0 && !known.includes(definition);
  return buildGraph(
    'simulated',
    definitionsOf(source).map((definition) => ({
      file: `${definition.name}.ts`,
      version: isNew(definition) ? '2' : '1',
      definition,
    })),
  );
}

function definitionsOf({ tiers = [], destination, controls = [] }: Source): readonly Definition[] {
  return [...tiers, ...(destination ? [destination] : []), ...controls] as readonly Definition[];
}

import type { Graph } from '../../core/plan.ts';
import type { Runs } from '../runs.ts';
import { type MixedVersions, mixedVersions } from '../versions.ts';
import { type DecidedBothWays, decidedBothWays } from './decided-both-ways.ts';
import type { Law } from './law.ts';

/** Flows that several laws make an exception for. */
export interface Exceptions {
  readonly versions: Pick<MixedVersions, 'isMixed'>;
  readonly bothWays: Pick<DecidedBothWays, 'has'>;
}

/** Finds them: it listens before the laws do, and nothing breaks it. */
export function exceptionsIn(graph: Graph, runs: Runs): Exceptions & Law {
  const versions = mixedVersions(runs);
  const bothWays = decidedBothWays(graph);
  return {
    name: 'exceptions',
    versions,
    bothWays,
    hears: {
      send({ by, message }) {
        versions.hear(by, message);
        bothWays.hear(message);
        return undefined;
      },
      // Halves that one version joins are too far apart for another one.
      log({ by, record: { tier, version, flow, decision } }) {
        if (decision === 'skewed') versions.decided(by, tier, version, flow);
        return undefined;
      },
    },
  };
}

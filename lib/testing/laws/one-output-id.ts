import { mixedVersions } from '../versions.ts';
import { decidedBothWays } from './decided-both-ways.ts';
import type { LawMaker } from './law.ts';

/** However often a flow is worked on at a tier, what comes out has one id: nothing appears twice under two names. */
export const oneOutputId: LawMaker = (graph, runs) => {
  const ids = new Map<string, string>();
  const versions = mixedVersions(runs);
  const bothWays = decidedBothWays(graph);
  return {
    name: 'one output id',
    hears: {
      send({ by, queue, message }) {
        const { flow, envelope, id, kind } = message;
        if (!envelope || flow === null || kind === 'control') return undefined;
        versions.hear(by, message);
        bothWays.hear(message);
        const place = `${queue} ${envelope.audit ? 'shadow ' : ''}${flow}`;
        const known = ids.get(place);
        if (known === undefined) ids.set(place, id);
        if (known === undefined || known === id || versions.isMixed(flow) || bothWays.has(flow)) return undefined;
        const two = `${envelope.from.name} sent a second ${kind} of this flow to ${queue}: ${id}, and before ${known}`;
        return { flow, message: `${two}. Does a task answer the same input differently?` };
      },
    },
  };
};

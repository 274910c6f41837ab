import { Pairs } from '../pairs.ts';
import type { LawMaker } from './law.ts';

/** However often a flow is worked on at a tier, what comes out has one id: nothing appears twice under two names. */
export const oneOutputId: LawMaker = (_graph, _runs, { versions, bothWays }) => {
  /** By queue, shadows apart, and flow. */
  const ids = new Pairs<string>();
  return {
    name: 'one output id',
    hears: {
      send({ queue, message }) {
        const { flow, envelope, id, kind } = message;
        if (!envelope || flow === null || kind === 'control') return undefined;
        const place = envelope.audit ? `${queue} shadow` : queue;
        const known = ids.get(place, flow);
        if (known === undefined) ids.set(place, flow, id);
        if (known === undefined || known === id || versions.isMixed(flow) || bothWays.has(flow)) return undefined;
        const two = `${envelope.from.name} sent a second ${kind} of this flow to ${queue}: ${id}, and before ${known}`;
        return { flow, message: `${two}. Does a task answer the same input differently?` };
      },
    },
  };
};

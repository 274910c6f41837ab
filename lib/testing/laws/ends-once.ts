import { type Ending, endingsIn } from '../ends.ts';
import { mixedVersions } from '../versions.ts';
import { decidedBothWays } from './decided-both-ways.ts';
import type { LawMaker } from './law.ts';

/**
 * Every flow that was sent comes to an end, and to one: answered, dead-lettered with a reason, dropped or expired. Of two
 * deliveries of one message each may come to an end of its own; of one delivery only one.
 */
export const endsOnce: LawMaker = (graph, runs) => {
  const versions = mixedVersions(runs);
  const bothWays = decidedBothWays(graph);
  let hasOutage = false;
  return {
    name: 'every flow ends once',
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
      fault({ kind }) {
        hasOutage ||= kind === 'outage';
        return undefined;
      },
    },
    end(world) {
      const endings = endingsIn(world, graph);
      const isRedelivered = ({ messages }: Ending): boolean => messages.some((id) => endings.deliveries(id) > 1);
      return endings.flows.flatMap((flow) => {
        const all = endings.of(flow);
        const kinds = [...new Set(all.map(({ end }) => end))];
        if (kinds.length === 0 && endings.halvesOf(flow).length === 0)
          return [{ flow, message: 'the flow is lost: it came to no end' }];
        if (all.some(({ end, reason }) => end === 'dead-lettered' && reason === ''))
          return [{ flow, message: 'it was dead-lettered without a reason' }];
        if (kinds.length <= 1 || versions.isMixed(flow) || bothWays.has(flow) || all.some(isRedelivered)) return [];
        // A clock that is ahead takes halves for over that are not, and the flow for one that waits in vain. A tier that was away
        // for longer than they wait may have sent its answer before, and died before it said so.
        if (kinds.includes('expired') && (hasOutage || world.clockAhead > 0)) return [];
        return [{ flow, message: `it ended more than once: ${all.map((e) => `${e.end} (${e.reason})`).join(', ')}` }];
      });
    },
  };
};

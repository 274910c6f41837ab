import { endingsIn } from '../ends.ts';
import type { LawMaker } from './law.ts';

/** What happened to a flow can be read from the decision log alone, and from dead-letter queues where no code ran. */
export const logTellsTheEnd: LawMaker = (graph) => ({
  name: 'the log tells how a flow ended',
  end(world) {
    const endings = endingsIn(world, graph);
    const givenUp = new Set(
      world.facts.flatMap((f) => (f.did === 'give up' && f.message.flow !== null ? [f.message.flow] : [])),
    );
    const told = Map.groupBy(world.records, (record) => record.flow);
    return endings.flows.flatMap((flow) => {
      const decisions = new Set((told.get(flow) ?? []).map(({ decision }) => decision));
      const all = endings.of(flow);
      const has = (end: string): boolean => all.some((ending) => ending.end === end);
      // The log may be away each time the destination has the answer; where it then throws, that is the end.
      const failedAfter = has('answered') && has('dead-lettered') && decisions.has('failed');
      if (decisions.has('delivered') !== has('answered') && !givenUp.has(flow) && !failedAfter) {
        return [
          {
            flow,
            message: has('answered')
              ? 'it was answered, and no record says so'
              : 'it is logged as delivered, and nobody got its answer',
          },
        ];
      }
      const redelivered = all.some(({ messages }) => messages.some((id) => endings.deliveries(id) > 1));
      if (has('dead-lettered') && !decisions.has('failed') && !givenUp.has(flow) && !redelivered)
        return [{ flow, message: 'it was dead-lettered, and no record says so' }];
      return [];
    });
  },
});

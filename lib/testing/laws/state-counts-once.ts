import { isDeepStrictEqual } from 'node:util';
import { REMEMBERED } from '../../core/state/item.ts';
import type { LawMaker } from './law.ts';

/** Where outputs are large a state remembers fewer inputs than it is asked to. */
const LARGE_CHARS = 64 * 1_024;

/**
 * The state of a key goes from input to input: each is predicted on with the state that the one before left, counts once, as
 * long as the state remembers it, and leads to one output however often it is delivered.
 */
export const stateCountsOnce: LawMaker = (graph) => {
  const remembered = new Map(
    graph.tiers.flatMap(({ tier }) => (tier.state ? [[tier.name, tier.state.remember ?? REMEMBERED] as const] : [])),
  );
  const again = new Set(graph.tiers.filter(({ tier }) => tier.reevaluateOnControl).map(({ tier }) => tier.name));
  /** The flows whose inputs were worked into a state, the first one first. */
  const counted = new Map<string, string[]>();
  /** What a process predicted on last with a state. */
  const predicted = new Map<string, { readonly flow: string; readonly version: number }>();
  /** Messages of a flow that a tier received, by queue: a flow that is sent twice counts twice. */
  const inputs = new Map<string, Set<string>>();
  const outputs = new Map<string, unknown>();
  /** States that cannot be held to what they remember. */
  const large = new Set<string>();
  const tierOf = new Map(
    graph.tiers.flatMap(({ tier, reads }) => reads.map(({ queue }) => [queue, tier.name] as const)),
  );
  return {
    name: 'a state counts each input once',
    hears: {
      receive({ queue, messages }) {
        const tier = tierOf.get(queue) ?? '';
        if (!remembered.has(tier)) return undefined;
        for (const { id, flow } of messages) {
          const known = inputs.get(`${tier} ${flow}`);
          if (known) known.add(`${queue} ${id}`);
          else inputs.set(`${tier} ${flow}`, new Set([`${queue} ${id}`]));
        }
        return undefined;
      },
      predict({ by, flow, state }) {
        if (state) predicted.set(`${by} ${state.key}`, { flow, version: state.version });
        return undefined;
      },
      write({ by, update, item, applied }) {
        const [, tier = '', key = ''] = /^state#([^#]+)#([\s\S]+)$/.exec(update.key) ?? [];
        const remember = remembered.get(tier);
        if (!applied || remember === undefined) return undefined;
        const { flow, version } = predicted.get(`${by} ${key}`) ?? { flow: '', version: -1 };
        const before = counted.get(update.key) ?? [];
        counted.set(update.key, [...before, flow]);
        if (JSON.stringify(item).length > LARGE_CHARS) large.add(tier);
        // Where data is worked again, a version may be noted without a prediction.
        const seen = again.has(tier) ? before.length : version;
        if (seen !== before.length || item?.version !== seen + 1)
          return { flow, message: `${by} wrote ${update.key} over a state that it had not seen` };
        const times = before.slice(-remember).filter((one) => one === flow).length + 1;
        const most = mostInputs(tier, flow);
        if (times <= most || large.has(tier) || again.has(tier)) return undefined;
        return { flow, message: `${by} counted an input of this flow in ${update.key} again` };
      },
      send({ by, message: { id, flow, envelope } }) {
        const tier = envelope?.from.name ?? '';
        if (flow === null || !envelope?.signal || envelope.audit || !remembered.has(tier) || large.has(tier))
          return undefined;
        const { output, controls } = envelope.signal;
        const known = outputs.get(id);
        if (known === undefined) outputs.set(id, output);
        if (known === undefined || isDeepStrictEqual(known, output) || isForgotten(tier, flow)) return undefined;
        const now = `${JSON.stringify(output)} with ${JSON.stringify(controls)}`;
        return { flow, message: `${by} sent ${now}, and before ${JSON.stringify(known)} for the same input` };
      },
    },
  };

  /** Queues of a join bring one half each. */
  function mostInputs(tier: string, flow: string): number {
    const ids = [...(inputs.get(`${tier} ${flow}`) ?? [])];
    const byQueue = [...Map.groupBy(ids, (id) => id.split(' ')[0]).values()];
    return Math.max(0, ...byQueue.map((of) => of.length));
  }

  /** Whether an input of the flow may have counted again, as so many others came in between. */
  function isForgotten(tier: string, flow: string): boolean {
    const remember = remembered.get(tier)!;
    return [...counted].some(
      ([key, flows]) =>
        key.startsWith(`state#${tier}#`) && flows.length - flows.indexOf(flow) > remember && flows.includes(flow),
    );
  }
};

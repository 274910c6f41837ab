import type { LawMaker } from './law.ts';

/** When all is done and all times have passed, queues and table are empty, but for dead letters, the item a pace is kept in, controls and states. */
export const nothingIsLeft: LawMaker = (_, { deployment: { before, after } }) => ({
  name: 'nothing is left behind',
  end(world) {
    const queues = [...world.queues.values()]
      .filter((queue) => queue.messages.length > 0 && !queue.spec.name.endsWith('.dlq'))
      .map(({ spec, messages }) => ({ message: `${messages.length} messages are left in queue ${spec.name}` }));
    const paced = new Set([...before.tiers, ...after.tiers].map((plan) => `pace#${plan.tier.name}`));
    const items = [...world.table.items]
      .filter(([key]) => !paced.has(key) && !/^(control|state)#/.test(key))
      .map(([key, item]) => ({
        ...flowIn(key),
        message: `the table keeps ${key} for ever: ${JSON.stringify(item).slice(0, 200)}`,
      }));
    return [...queues, ...items];
  },
});

function flowIn(key: string): { readonly flow?: string } {
  const flow = /^(?:join|once)#[^#]+#([\s\S]+)$/.exec(key)?.[1];
  return flow === undefined ? {} : { flow };
}

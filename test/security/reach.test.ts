import { expect, test } from 'vitest';
import * as z from 'zod';
import { clientReach, controlsReach, reachOf } from '../../infra/reach.ts';
import { control, defineControl } from '../../lib/index.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

const objects = { objects: { photo: { deleteAfter: 'accepted' } } };
const graphs = [
  graphOf([cheap({ extra: objects }), carrying({ produces: { mask: {} } })]),
  graphOf([cheap(), joining({ produces: { mask: {} } })]),
];

test('a client may send data to entries, and nothing to tiers, answers or dead letters; it changes and deletes nothing', () => {
  const [carries, joins] = graphs.map(clientReach);
  expect(carries!.sends).toEqual(['cheap']);
  expect(joins!.sends).toEqual(['cheap', 'dear.photos']);
  for (const reach of [carries!, joins!]) {
    expect(reach).toMatchObject({ consumes: [], deletes: [], table: 'get', keys: ['reply#*'] });
    expect(reach.writes).not.toContain('produced/*');
  }
});

test('a tier may send on, answer and give up; it reads no decision record and no other tier’s halves or claims', () => {
  for (const graph of graphs) {
    for (const plan of graph.tiers) {
      const { sends, reads, writes, deletes, keys } = reachOf(graph, plan);
      expect(sends).toEqual([...(plan.next ? [plan.next.queue] : []), 'answers', `${plan.tier.name}.dlq`]);
      const own = new RegExp(`^(messages/|objects/|hashed/|halves/${plan.tier.name}/|produced/\\*/)`);
      for (const pattern of [...reads, ...writes]) expect(pattern).toMatch(own);
      for (const pattern of deletes) expect(pattern).toMatch(/^(objects|hashed)\/\*$/);
      for (const key of keys)
        expect(key).toMatch(new RegExp(`^(reply#\\*|(join|once|pace|tries)#${plan.tier.name}(#\\*)?)$`));
    }
  }
});

test('who applies controls may write those, ask tiers, and list keys where one works data again; of states it sees versions only', () => {
  const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop' });
  const controls = { level: control<{ default: typeof level }>('level') };
  const state = { schema: z.number(), initial: 0, keyBy: () => 'k' };
  const reachWith = (extra: object) =>
    controlsReach(
      graphOf([cheap({ extra: { exhausted: 'accept', controls, state, ...extra } }), level as never]).controls!,
    );
  const never = { keys: ['control#level#*'], looks: [], reads: ['messages/*'], writes: ['messages/*'], deletes: [] };
  expect(reachWith({})).toMatchObject({ ...never, sends: ['controls.dlq'], lists: [] });
  const asking = { sends: ['controls', 'cheap', 'controls.dlq'], lists: ['heard'] };
  expect(reachWith({ reevaluateOnControl: true })).toMatchObject({ ...never, ...asking });
});

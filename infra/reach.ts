import { MODEL } from '../lib/core/control/model.ts';
import type { ObjectSpecs } from '../lib/core/object-reference.ts';
import { type ControlPlan, type DestinationPlan, type Graph, type TierPlan, waitsHidden } from '../lib/core/plan.ts';

/** Everything one function may touch, by logical names: what its permissions are made from. */
export interface Reach {
  /** Queues it receives from and deletes in. */
  readonly consumes: readonly string[];
  /** Queues it sends to. */
  readonly sends: readonly string[];
  /** What it does with items of the flow table, */
  readonly table: 'get' | 'update';
  /** and with which, as patterns of keys. */
  readonly keys: readonly string[];
  /** Items that it reads and never writes. */
  readonly looks: readonly string[];
  /** Attributes that it lists of all items, beside their keys. */
  readonly lists: readonly string[];
  /** Object keys, as patterns. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly deletes: readonly string[];
}

/** Messages above the inline limit: any of them may be large, dead letters included. */
const MESSAGES = 'messages/*';
/** Where a client's objects lie; keys that S3 cannot carry are hashed. */
const SENT = ['objects/*', 'hashed/*'];
const REPLIES = 'reply#*';

/** What a tier's steps touch, and nothing else. */
export function reachOf(graph: Graph, plan: TierPlan): Reach {
  const { tier, mode, next } = plan;
  const joins = mode === 'join';
  const sent = Object.values(objectsAt(graph, plan));
  const deletes = sent.some((spec) => spec.deleteAfter !== undefined);
  const claims = tier.delivery === 'once' || deletes;
  const halves = joins ? [`halves/${tier.name}/*`] : [];
  // It asks itself, where a wildcard moved while the first data of a key was at work.
  const ownQueue = tier.reevaluateOnControl ? plan.reads.slice(0, 1).map(({ queue }) => queue) : [];
  return {
    consumes: plan.reads.map(({ queue }) => queue),
    sends: [...(next ? [next.queue] : []), plan.answers, plan.deadLetters, ...ownQueue],
    table: 'update',
    keys: [
      ...(joins ? [`join#${tier.name}#*`] : []),
      ...(claims && !joins ? [`once#${tier.name}#*`] : []),
      ...(tier.timing.pace ? [`pace#${tier.name}`] : []),
      ...(waitsHidden(plan) ? [`tries#${tier.name}#*`] : []),
      ...(tier.state ? [`state#${tier.name}#*`] : []),
      REPLIES,
    ],
    looks: (plan.controls ?? []).map(({ name }) => itemsOf(name)),
    lists: [],
    reads: unique([
      MESSAGES,
      ...halves,
      ...modelsOf(plan),
      ...(sent.length > 0 ? SENT : []),
      ...producedBy(upstreamOf(graph, plan)),
    ]),
    writes: unique([MESSAGES, ...halves, ...producedBy(plan)]),
    deletes: deletes ? SENT : [],
  };
}

/** What the destination's steps touch: answers, and the objects that tiers produced with them. */
export function destinationReach(graph: Graph, plan: DestinationPlan): Reach {
  return {
    consumes: plan.reads.map(({ queue }) => queue),
    sends: [plan.deadLetters],
    table: 'update',
    keys: [REPLIES],
    looks: [],
    lists: [],
    reads: unique([MESSAGES, ...graph.tiers.flatMap(producedBy)]),
    writes: [MESSAGES],
    deletes: [],
  };
}

const modelsOf = ({ controls = [] }: TierPlan): readonly string[] =>
  controls.some(({ name }) => name === MODEL) ? ['models/*'] : [];

const itemsOf = (control: string): string => `control#${control}#*`;

/**
 * What applying control messages touches: the items of the controls and the queues it asks to work data again; of states the
 * versions that their keys have heard of, and of all else in the table no more than the keys.
 */
export function controlsReach(plan: ControlPlan): Reach {
  const consumes = plan.reads.map(({ queue }) => queue);
  const asked = askedBy(plan);
  return {
    consumes,
    // What looks for the keys below a wildcard goes on by a message to itself.
    sends: unique([...(asked.length > 0 ? consumes : []), ...asked, plan.deadLetters]),
    table: 'update',
    keys: plan.controls.map(({ name }) => itemsOf(name)),
    looks: [],
    lists: asked.length > 0 ? ['heard'] : [],
    reads: [MESSAGES],
    writes: [MESSAGES],
    deletes: [],
  };
}

const askedBy = ({ again = {} }: ControlPlan): readonly string[] =>
  Object.values(again).flatMap((queues) => queues.map(({ queue }) => queue));

/** What a client of controls touches: it sends their messages, and looks at what counts. */
export function controlClientReach(plan: ControlPlan): Reach {
  return {
    consumes: [],
    sends: plan.reads.map(({ queue }) => queue),
    table: 'get',
    keys: plan.controls.map(({ name }) => itemsOf(name)),
    looks: [],
    lists: [],
    reads: [],
    writes: [MESSAGES, ...(plan.controls.some(({ name }) => name === MODEL) ? ['models/*'] : [])],
    deletes: [],
  };
}

/** What becomes of flows that expire is told to the clients that wait for them. */
export const EXPIRY_REACH: Reach = {
  consumes: [],
  sends: [],
  table: 'update',
  keys: [REPLIES],
  looks: [],
  lists: [],
  reads: [],
  writes: [],
  deletes: [],
};

/** What a client touches: it sends data to the entries, and may wait for answers. */
export function clientReach(graph: Graph): Reach {
  const entries = graph.tiers.flatMap(({ reads }) => reads.filter(({ kind }) => kind === 'data'));
  return {
    consumes: [],
    sends: entries.map(({ queue }) => queue),
    table: 'get',
    keys: [REPLIES],
    looks: [],
    lists: [],
    reads: unique([MESSAGES, ...graph.tiers.flatMap(producedBy)]),
    writes: [...SENT, MESSAGES],
    deletes: [],
  };
}

function producedBy(plan: TierPlan | undefined): readonly string[] {
  return plan?.tier.produces ? [`produced/*/${plan.tier.name}/*`, 'hashed/*'] : [];
}

function upstreamOf(graph: Graph, plan: TierPlan): TierPlan | undefined {
  return graph.tiers.find(({ next }) => next?.name === plan.tier.name);
}

/** The objects that come with a tier's data: its own, its stream's, or those that the tier before carries on. */
function objectsAt(graph: Graph, plan: TierPlan): ObjectSpecs {
  if (plan.tier.joins) return plan.tier.joins.stream.objects;
  const upstream = plan.mode === 'entry' ? undefined : upstreamOf(graph, plan);
  return upstream ? objectsAt(graph, upstream) : (plan.tier.objects ?? {});
}

function unique(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)];
}

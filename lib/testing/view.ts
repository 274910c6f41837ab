import type { DeadLetter } from '../core/dead-letter.ts';
import { readDeadLetter } from '../core/dead-letter.ts';
import type { DecisionRecord } from '../core/decision.ts';
import type { Graph } from '../core/plan.ts';
import { type End, endingsIn, flowSentBy } from './ends.ts';
import type { Broken } from './laws/law.ts';
import { holdsHalf } from './memory-table.ts';
import { requireKnown } from './options.ts';
import { traceText } from './trace.ts';
import type { World } from './world.ts';

/** One answer as the destination got it. */
export interface SimulatedAnswer {
  readonly id: string;
  readonly flowId: string;
  readonly tier: string;
  readonly version: string;
  readonly output: unknown;
  /** Versions of the controls it was made with, by name. */
  readonly controls?: Readonly<Record<string, number>>;
  /** ms since the epoch, virtual. */
  readonly at: number;
}

/** How a flow stands. */
export interface FlowView {
  readonly id: string;
  /** `open` while it is under way. */
  readonly end: End | 'open';
  readonly answer: SimulatedAnswer | undefined;
  readonly decisions: readonly DecisionRecord[];
}

/** What a flow cost, as the decision log tells it. */
export interface Receipt {
  readonly messages: number;
  /** Writes and reads. */
  readonly tableCalls: number;
  readonly objectCalls: number;
  readonly bytesDeclared: number;
  readonly bytesFetched: number;
  /** Predictions begun, by tier. */
  readonly predictions: Readonly<Record<string, number>>;
  /** Virtual milliseconds from the first message sent to the last record. */
  readonly ms: number;
}

/** One object of a flow. */
export interface ObjectView {
  readonly key: string;
  readonly size: number;
  readonly isDeleted: boolean;
  /** Tiers that fetched it, in the order in which they did. */
  readonly fetchedBy: readonly string[];
}

/** What can be seen of a simulated world. */
export interface WorldView {
  /** ms since the epoch, virtual. */
  readonly now: number;
  /** Ids of the flows that were sent. */
  flows(): readonly string[];
  /** Throws `option-invalid` where no such flow was sent yet, as the next two do. */
  flow(id: string): FlowView;
  receipt(id: string): Receipt;
  objects(id: string): readonly ObjectView[];
  answers(): readonly SimulatedAnswer[];
  deadLetters(): readonly DeadLetter[];
  decisions(): readonly DecisionRecord[];
  /** Messages in a queue, whether they can be received or not. */
  depth(queue: string): number;
  /** Laws that were broken so far. */
  violations(): readonly Broken[];
  /** What happened, as text; to one flow where it is named. */
  trace(flow?: string): string;
}

export function viewOf(world: World, graph: Graph, broken: readonly Broken[]): WorldView {
  const answers = (): readonly SimulatedAnswer[] =>
    world.facts.flatMap((fact) => {
      if (fact.did !== 'answer') return [];
      const { id, flow, tier, version, output, controls, at } = fact;
      return [{ id, flowId: flow, tier, version, output, ...(controls && { controls }), at: Math.floor(at) }];
    });
  /** A law that asks for a flow that is none would hold or break for nothing. */
  function requireSent(id: string): void {
    if (world.facts.some((fact) => flowSentBy(fact) === id)) return;
    requireKnown(id, endingsIn(world, graph).flows, 'flow');
  }
  const decisions = (flow: string): readonly DecisionRecord[] => world.records.filter((r) => r.flow === flow);
  return Object.assign(new WorldTime(world), {
    flows: () => endingsIn(world, graph).flows,
    flow(id: string): FlowView {
      requireSent(id);
      const endings = endingsIn(world, graph);
      const ends = [...endings.of(id), ...(isUnderWay(world, id) ? [] : endings.halvesOf(id))];
      const answer = answers().find(({ flowId }) => flowId === id);
      return { id, end: answer ? 'answered' : (ends[0]?.end ?? 'open'), answer, decisions: decisions(id) };
    },
    receipt(id: string) {
      requireSent(id);
      return receiptOf(world, id, decisions(id));
    },
    objects(id: string) {
      requireSent(id);
      return [...world.objects.stored.values()]
        .filter(({ key }) => key.split('/')[1] === encodeURIComponent(id))
        .map(({ key, size, bytes, fetchedBy }) => ({
          key,
          size,
          isDeleted: bytes === undefined,
          fetchedBy: fetchedBy.map((by) => by.replace(/#\d+$/, '')),
        }));
    },
    answers,
    deadLetters: () => deadLettersIn(world, graph),
    decisions: () => world.records,
    depth(queue: string) {
      requireKnown(queue, [...world.queues.keys()], 'queue');
      return world.queues.get(queue)!.messages.length;
    },
    violations: () => broken,
    trace: (flow?: string) => traceText(world.facts, flow),
  });
}

/** A class, as a getter in a literal is a hidden class of its own, which holds its world until V8 collects the whole heap. */
class WorldTime {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  get now(): number {
    return Math.floor(this.#world.schedule.now());
  }
}

/** Whether a message of the flow, or a half that waits, is still somewhere. */
function isUnderWay(world: World, flow: string): boolean {
  for (const { spec, messages } of world.queues.values()) {
    if (!spec.name.endsWith('.dlq') && messages.some(({ facts }) => facts.flow === flow)) return true;
  }
  return [...world.table.items].some(
    ([key, item]) => holdsHalf(item) && key.startsWith('join#') && key.endsWith(`#${flow}`),
  );
}

function receiptOf(world: World, id: string, decisions: readonly DecisionRecord[]): Receipt {
  const sum = (of: (record: DecisionRecord) => number): number => decisions.reduce((n, record) => n + of(record), 0);
  const predictions: Record<string, number> = {};
  let first: number | undefined;
  for (const fact of world.facts) {
    if (fact.did === 'predict' && fact.flow === id) predictions[fact.tier] = (predictions[fact.tier] ?? 0) + 1;
    if (fact.did === 'send' && fact.message.flow === id) first ??= fact.at;
  }
  return {
    messages: sum(({ calls }) => calls.queue),
    tableCalls: sum(({ calls }) => calls.table),
    objectCalls: sum(({ calls }) => calls.object),
    bytesDeclared: sum(({ bytes }) => bytes?.declared ?? 0),
    bytesFetched: sum(({ bytes }) => bytes?.fetched ?? 0),
    predictions,
    ms: first === undefined ? 0 : Math.max(0, Math.floor((decisions.at(-1)?.at ?? first) - first)),
  };
}

function deadLettersIn(world: World, graph: Graph): readonly DeadLetter[] {
  const sources = [
    ...graph.tiers.map(({ tier, reads, deadLetters }) => ({ tier: tier.name, reads, deadLetters })),
    {
      tier: graph.destination?.destination.name ?? 'answers',
      reads: [{ queue: 'answers', kind: 'answer' }],
      deadLetters: 'answers.dlq',
    },
  ];
  return sources.flatMap(({ tier, reads, deadLetters }) =>
    (world.queues.get(deadLetters)?.messages ?? []).map(({ id, body, facts, sentAt, receives }) => {
      const queue = (reads.find(({ kind }) => kind === facts.kind) ?? reads[0]!).queue;
      return readDeadLetter(body, {
        id,
        application: graph.application,
        tier,
        queue,
        sentAt: Math.floor(sentAt),
        receives,
      });
    }),
  );
}

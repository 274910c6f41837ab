import type { DecisionRecord } from '../core/decision.ts';
import type { Graph } from '../core/plan.ts';
import type { Fact, MessageFacts } from './facts.ts';
import { isOutsider } from './outsiders.ts';
import type { World } from './world.ts';

/** How a flow may end. */
export type End = 'answered' | 'dead-lettered' | 'dropped' | 'expired';

/** One way in which a flow ended, and the messages it ended with. */
export interface Ending {
  readonly end: End;
  readonly messages: readonly string[];
  readonly reason: string;
  /** Of what is dead-lettered: the code of its error. */
  readonly code?: string;
}

/** How every flow ended, as it was and not as the log tells it. */
export interface Endings {
  /** Flows that clients sent. */
  readonly flows: readonly string[];
  /** How the flow itself ended. Shadows are no ends. */
  of(flow: string): readonly Ending[];
  /** How its data halves ended which met no signal: each by itself. */
  halvesOf(flow: string): readonly Ending[];
  /** How often a message was received. */
  deliveries(id: string): number;
}

const known = new WeakMap<World, { readonly facts: number; readonly endings: Endings }>();

/** Looks over a whole world, once as long as nothing happens in it. */
export function endingsIn(world: World, graph: Graph): Endings {
  const before = known.get(world);
  if (before?.facts === world.facts.length) return before.endings;
  const endings = collect(world, graph);
  known.set(world, { facts: world.facts.length, endings });
  return endings;
}

function collect(world: World, graph: Graph): Endings {
  const streams = new Set(graph.tiers.flatMap(({ mode, reads }) => (mode === 'join' ? [reads[1]!.queue] : [])));
  const flows = new Set<string>();
  const shadows = new Set<string>();
  const halves = new Set<string>();
  const deliveries = new Map<string, number>();
  /** What a dead letter was decided from, two messages where halves had met, and why. */
  const letters = new Map<string, { readonly from: readonly string[]; readonly code: string | undefined }>();
  /** Messages by the queue's ids: the log knows no others of a message whose body is away. */
  const idBy = new Map<string, string>();
  const whole = new Map<string, Ending[]>();
  const sides = new Map<string, Ending[]>();

  function end(flow: string | null, ending: Ending): void {
    if (flow === null || ending.messages.some((id) => shadows.has(id))) return;
    const into = ending.messages.every((id) => halves.has(id)) ? sides : whole;
    into.set(flow, [...(into.get(flow) ?? []), ending]);
  }
  function hear(fact: Fact): void {
    if (fact.did === 'send') {
      const { message, queue } = fact;
      const sent = flowSentBy(fact);
      if (sent !== undefined) flows.add(sent);
      if (message.envelope?.audit) shadows.add(message.id);
      if (streams.has(queue)) halves.add(message.id);
    } else if (fact.did === 'receive') {
      for (const { id, queueId } of fact.messages) {
        deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
        if (id !== queueId) idBy.set(queueId, id);
      }
    } else if (fact.did === 'answer') {
      end(fact.flow, { end: 'answered', messages: [fact.id], reason: `by ${fact.tier}` });
    } else if (fact.did === 'log') {
      const { flow, reason = '', in: from, out = [] } = fact.record;
      const messages = from.map(({ id }) => idBy.get(id) ?? id);
      const how = endIn(fact.record);
      if (how) end(flow, { end: how, messages, reason });
      if (fact.record.decision === 'failed')
        for (const { id } of out) letters.set(id, { from: messages, code: fact.record.code });
    }
  }
  for (const fact of world.facts) hear(fact);
  for (const { spec, messages } of world.queues.values()) {
    if (!spec.name.endsWith('.dlq')) continue;
    for (const { facts, body } of messages) {
      const { id, reason, code } = letterIn(facts, body);
      const decided = letters.get(facts.id);
      const messages = decided?.from ?? [id];
      end(facts.flow, { end: 'dead-lettered', messages, reason, code: decided?.code ?? code });
    }
  }
  return {
    flows: [...flows],
    of: (flow) => whole.get(flow) ?? [],
    halvesOf: (flow) => sides.get(flow) ?? [],
    deliveries: (id) => deliveries.get(id) ?? 0,
  };
}

/** The flow that a client sends with this. */
export function flowSentBy(fact: Fact): string | undefined {
  if (fact.did !== 'send' || !isOutsider(fact.by) || fact.message.kind === 'control') return undefined;
  return fact.message.flow ?? undefined;
}

/** The end a record tells of; dead letters are looked up where they lie. */
function endIn({ decision, until }: DecisionRecord): End | undefined {
  if (decision === 'dropped' || (decision === 'throttled' && until === undefined)) return 'dropped';
  return decision === 'expired' ? 'expired' : undefined;
}

/** The message a dead letter is about, and why it was given up. */
function letterIn(
  facts: MessageFacts,
  body: string,
): { readonly id: string; readonly reason: string; readonly code: string } {
  const letter = facts.kind === 'dead letter' ? parsed(body) : undefined;
  const inner = letter && typeof letter.body === 'string' ? parsed(letter.body) : undefined;
  return {
    id: typeof inner?.id === 'string' ? inner.id : facts.id,
    reason: typeof letter?.reason === 'string' ? letter.reason : 'received too often without being finished',
    code: typeof letter?.code === 'string' ? letter.code : 'receives-exhausted',
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

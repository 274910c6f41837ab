import type { Awaitable } from '../core/json.ts';
import type { SendItem } from '../runtime/send-options.ts';
import { type Draws, drawsFor } from './random.ts';

/** Something to send: where, and what `send` takes. */
export type SimulatedSend = SendItem & { readonly entry: string };

/** What a flow is made from. */
export interface FlowSeed {
  /** 0 for the first flow of a world. */
  readonly index: number;
  /** The flow id to use: another one in each world, as audits and captures are drawn from it. */
  readonly id: string;
  /** When the flow begins, virtual: the event time to use. */
  readonly at: Date;
  /** Chance that follows from the seed, a stream of its own for each flow. */
  readonly draws: Draws;
}

/** Makes one flow: what each of its producers sends. */
export type FlowMaker = (flow: FlowSeed) => Awaitable<readonly SimulatedSend[] | SimulatedSend>;

/** A send and its virtual moment, ms since the epoch. */
export interface TimedSend {
  readonly send: SimulatedSend;
  readonly atMs: number;
}

/** Flows begin close together, so that they meet in batches; their producers send within a second of each other, in any order. */
const BEGIN_WITHIN_MS = 2_000;
const PRODUCERS_WITHIN_MS = 1_000;

/** What is sent in the world of a seed, in the order of time. */
export async function sendsOf(
  make: FlowMaker,
  seed: number,
  flows: readonly number[],
  start: number,
): Promise<readonly TimedSend[]> {
  const sends: TimedSend[] = [];
  for (const index of flows) {
    const draws = drawsFor(seed, `flow ${index}`);
    const begins = Math.floor(start + draws.between(0, BEGIN_WITHIN_MS));
    const made = await make({ index, id: `flow-${seed}-${index}`, at: new Date(begins), draws });
    for (const send of 'entry' in made ? [made] : made) {
      sends.push({ send, atMs: Math.floor(begins + draws.between(0, PRODUCERS_WITHIN_MS)) });
    }
  }
  return sends.sort((a, b) => a.atMs - b.atMs);
}

/** Makes flows like those of a list, in turn: sends under one flow id are one flow. Distances of event times are kept. */
export function flowsLike(sends: readonly SimulatedSend[]): FlowMaker {
  const groups = [...Map.groupBy(sends, (send) => send.flowId ?? send).values()];
  return ({ index, id, at }) => {
    const group = groups[index % groups.length] ?? [];
    const first = Math.min(...group.map((send) => send.at?.getTime() ?? Number.POSITIVE_INFINITY));
    const shift = (date: Date | undefined): Date => new Date(at.getTime() + (date ? date.getTime() - first : 0));
    return group.map(({ deadline, ...send }) => ({
      ...send,
      flowId: id,
      at: shift(send.at),
      ...(deadline && { deadline: Number.isFinite(first) ? shift(deadline) : deadline }),
    }));
  };
}

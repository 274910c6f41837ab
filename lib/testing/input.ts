import { type Duration, toMs } from '../core/duration.ts';
import { SluiceError, toError } from '../core/errors.ts';
import type { Awaitable } from '../core/json.ts';
import type { SendItem } from '../runtime/send-options.ts';
import type { SimulatedControl } from './control-input.ts';
import { type Draws, drawsFor } from './random.ts';

/** Something to send: where, and what `send` takes. */
export type SimulatedSend = SendItem & {
  readonly entry: string;
  /** It is sent so long after its flow begins. Default: at once. */
  readonly after?: Duration;
};

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

/** What is sent in a world: data, and control messages. */
export type SimulatedInput = SimulatedSend | SimulatedControl;

/** Makes one flow: what each of its producers sends, and the control messages that come along with it. */
export type FlowMaker = (flow: FlowSeed) => Awaitable<readonly SimulatedInput[] | SimulatedInput>;

/** A send and its virtual moment, ms since the epoch. */
export interface TimedSend {
  readonly send: SimulatedInput;
  readonly atMs: number;
}

/** Flows begin close together, so that they meet in batches; their producers send close to each other, in any order. */
const BEGIN_WITHIN_MS = 100;
const PRODUCERS_WITHIN_MS = 50;

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
    for (const send of await madeFor({ index, id: `flow-${seed}-${index}`, at: new Date(begins), draws }, make, seed)) {
      const afterMs = send.after === undefined ? 0 : toMs(send.after, 'after of a simulated send');
      sends.push({ send, atMs: Math.floor(begins + afterMs + draws.between(0, PRODUCERS_WITHIN_MS)) });
    }
  }
  return sends.sort((a, b) => a.atMs - b.atMs);
}

/** What is sent for one flow. */
async function madeFor(flow: FlowSeed, make: FlowMaker, seed: number): Promise<readonly SimulatedInput[]> {
  const details = { seed, flow: flow.index };
  const where = `for flow ${flow.index} of seed ${seed}`;
  let made: Awaited<ReturnType<FlowMaker>>;
  try {
    made = await make(flow);
  } catch (cause) {
    const fix = 'It must give something to send for each flow.';
    throw new SluiceError('option-invalid', `input threw ${where}: ${toError(cause).message}`, { cause, details, fix });
  }
  const sends = isOne(made) ? [made] : made;
  const wrong = sends.findIndex((send) => !isSend(send));
  if (wrong === -1) return sends;
  throw new SluiceError('option-invalid', `input gave ${JSON.stringify(sends[wrong])} ${where}`, {
    fix: "Return { entry: '<tier>', data: … } or { control: '<name>', value: … }, or a list of such sends.",
    details,
  });
}

const isOne = (made: readonly SimulatedInput[] | SimulatedInput): made is SimulatedInput => !Array.isArray(made);

const isSend = (send: unknown): boolean =>
  typeof send === 'object' && send !== null && ('entry' in send || 'control' in send);

/**
 * Makes flows like those of a list, in turn: sends under one flow id are one flow. Distances of event times are kept. The
 * list's control messages are sent in each world, with its first flow.
 */
export function flowsLike(list: readonly SimulatedInput[]): FlowMaker {
  const sends = list.filter((one) => 'entry' in one);
  const controls = list.filter((one) => 'control' in one);
  const groups = [...Map.groupBy(sends, (send) => send.flowId ?? send).values()];
  return ({ index, id, at }) => {
    const group = groups[index % groups.length] ?? [];
    const first = Math.min(...group.map((send) => send.at?.getTime() ?? Number.POSITIVE_INFINITY));
    const shift = (date: Date | undefined): Date => new Date(at.getTime() + (date ? date.getTime() - first : 0));
    const flow = group.map(({ deadline, ...send }) => ({
      ...send,
      flowId: id,
      at: shift(send.at),
      ...(deadline && { deadline: Number.isFinite(first) ? shift(deadline) : deadline }),
    }));
    return index === 0 ? [...controls, ...flow] : flow;
  };
}

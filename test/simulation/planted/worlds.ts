import * as z from 'zod';
import { type AnyControl, type AnyTier, defineTier, drop, stream, TerminalError, tier } from '../../../lib/index.ts';
import type { FlowMaker, UserLaw } from '../../../lib/testing/index.ts';
import { fiveTierFlow, fiveTiers } from '../five-tiers.ts';
import { largeFlow, largeLaws, largeTiers } from '../large.ts';

/** An application in which bugs show early, and what is sent through it. */
export interface PlantedWorld {
  readonly name: string;
  readonly tiers: readonly AnyTier[];
  readonly controls?: readonly AnyControl[];
  /** What is deployed in its place. */
  readonly next?: { readonly tiers: readonly AnyTier[] };
  /** Dead letters are sent back. */
  readonly redrive?: boolean;
  readonly flows: number;
  readonly input: FlowMaker;
  readonly eventually: Readonly<Record<string, UserLaw>>;
}

/** `sure` is the score everywhere, 0.5 the threshold; `fails` says which tier throws at this flow, always. */
const Item = z.object({ n: z.number(), sure: z.number(), fails: z.string().optional() });
type Item = z.infer<typeof Item>;
const Guess = z.object({ n: z.number(), sure: z.number() });

function guess(by: string, { n, sure, fails }: Item): z.infer<typeof Guess> {
  if (fails === by) throw new Error(`${by} fails at ${n}`);
  if (fails === `${by} for good`) throw new TerminalError(`${by} never works at ${n}`);
  return { n, sure };
}
const satisfied = { score: ({ output }: { output: z.infer<typeof Guess> }) => output.sure, atLeast: 0.5 };
const retry = { maxAttempts: 3, backoff: '200ms' } as const;

const first = defineTier({
  name: 'first',
  input: Item,
  output: Guess,
  predict: ({ data }) => guess('first', data),
  satisfied,
  audit: 0.5,
  gates: { destination: (output) => (output.n % 7 === 6 ? drop : output), escalate: (output) => output },
  batch: { size: 4, window: '100ms' },
  retry,
});
const photos = stream('photos', Item, { objects: { photo: { deleteAfter: 'accepted' } } });
const joined = defineTier({
  name: 'joined',
  input: tier<{ default: typeof first }>('first'),
  join: { data: photos, maxTimeDiff: '10s', ttl: '10m' },
  output: Guess,
  predict: async ({ data, objects }) => {
    if (data.n % 2 === 0) await objects.photo.bytes();
    return guess('joined', data);
  },
  batch: { size: 4, window: '100ms' },
  retry,
});

const title = defineTier({
  name: 'title',
  input: Item,
  objects: { scan: { deleteAfter: 'accepted' } },
  output: Guess,
  predict: ({ data }) => guess('title', data),
  satisfied,
  audit: 0.5,
  batch: { size: 4, window: '100ms' },
  retry,
});
const pages = defineTier({
  name: 'pages',
  input: tier<{ default: typeof title }>('title'),
  output: Guess,
  predictBatch: async (contexts) =>
    Promise.all(
      contexts.map(async ({ data, objects }) => {
        await objects.scan.bytes();
        return guess('pages', data);
      }),
    ),
  satisfied,
  exhausted: 'deadLetter',
  gates: { destination: (output) => (output.n % 7 === 5 ? drop : output) },
  batch: { size: 4, window: '100ms' },
  retry,
});

const paced = defineTier({
  name: 'paced',
  input: Item,
  output: Guess,
  predict: ({ data }) => guess('paced', data),
  satisfied,
  pace: { minInterval: '400ms' },
  batch: { size: 4, window: '100ms' },
  retry,
});
const latest = defineTier({
  name: 'latest',
  input: tier<{ default: typeof paced }>('paced'),
  join: { data: stream('frames', Item), ttl: '20m', signals: 'latest' },
  output: Guess,
  predict: ({ data }) => guess('latest', data),
  satisfied,
  pace: { minInterval: '100ms', onThrottle: 'drop' },
  retry,
});
const newest = defineTier({
  name: 'newest',
  input: tier<{ default: typeof latest }>('latest'),
  output: Guess,
  predict: ({ data }) => guess('newest', data),
  pace: { minInterval: '600ms', onThrottle: 'latest' },
  batch: { size: 4, window: '100ms' },
  retry,
});

/** Some are sure, some just so, some not at all; some fail somewhere. */
const itemOf = (index: number, draws: Parameters<FlowMaker>[0]['draws'], tiers: readonly string[]): Item => {
  const fails = draws.next() < 0.2 ? draws.pick(tiers) : undefined;
  const how = draws.next() < 0.5 ? '' : ' for good';
  return {
    n: index,
    sure: draws.pick([0.2, 0.2, 0.5, 1]),
    ...(fails !== undefined && { fails: `${fails}${how}` }),
  };
};

/** What is answered is about the flow it answers, and a flow is given up for no fault but its own. */
const eventually: PlantedWorld['eventually'] = {
  'an answer is about its own flow': (world) =>
    world.answers().every(({ flowId, output }) => flowId.endsWith(`-${(output as { n: number }).n}`)),
  'a flow fails by itself': (world) =>
    world
      .decisions()
      .filter(({ decision, flow }) => decision === 'failed' && flow !== null)
      .every(({ flow, reason = '' }) => {
        const [, n] = /(?:fails|never works) at (\d+)/.exec(reason) ?? [];
        return n === undefined || flow!.endsWith(`-${n}`);
      }),
};

/** Worlds of everything that a tier can have: a seed takes the next one. */
export const worlds: readonly PlantedWorld[] = [
  { name: 'five tiers', tiers: fiveTiers, flows: 6, input: fiveTierFlow, eventually: {} },
  {
    name: 'two that join',
    tiers: [first, joined],
    flows: 7,
    input: ({ index, id, at, draws }) => {
      const data = itemOf(index, draws, ['first', 'joined']);
      const apartMs = draws.pick([0, 0, 0, 0, 20_000, -20_000]);
      const own = new Date(at.getTime() + apartMs);
      // Some come when the other half has waited for too long.
      const late = draws.next() < 0.3 ? ({ delay: '12m' } as const) : {};
      const flow = { entry: 'first', flowId: id, data, at, reply: true };
      const photo = {
        entry: 'joined.photos',
        flowId: id,
        data,
        at: own,
        objects: { photo: new Uint8Array(8) },
        ...late,
      };
      return draws.next() < 0.9 ? [flow, photo] : [flow];
    },
    eventually,
  },
  {
    name: 'two that carry',
    tiers: [title, pages],
    flows: 7,
    input: ({ index, id, at, draws }) => {
      const data = itemOf(index, draws, ['title', 'pages']);
      const deadline = draws.next() < 0.2 ? { deadline: new Date(at.getTime() + draws.between(500, 60_000)) } : {};
      return { entry: 'title', flowId: id, data, at, objects: { scan: new Uint8Array(8) }, ...deadline };
    },
    eventually,
  },
  {
    name: 'three with a pace',
    tiers: [paced, latest, newest],
    flows: 7,
    input: ({ index, id, at, draws }) => {
      const data = itemOf(index, draws, ['paced', 'latest', 'newest']);
      const flow = { entry: 'paced', flowId: id, data, at };
      return [
        flow,
        // The same flow seen again later: two signals, of which the latest counts.
        ...(draws.next() < 0.6 ? [{ ...flow, at: new Date(at.getTime() + draws.between(-5_000, 5_000)) }] : []),
        { entry: 'latest.frames', flowId: id, data, at },
      ];
    },
    eventually,
  },
  { name: 'three with large messages', tiers: largeTiers, flows: 3, input: largeFlow, eventually: largeLaws },
];

import * as z from 'zod';
import { type AnyTier, defineTier, drop, stream, tier } from '../../lib/index.ts';
import type { FlowMaker, FlowSeed, SimulatedInput } from '../../lib/testing/index.ts';

/** An application, what is deployed in its place while flows are under way, and what is sent. */
export interface Deployed {
  readonly tiers: readonly AnyTier[];
  readonly next: { readonly tiers: readonly AnyTier[] };
  readonly input: FlowMaker;
}

const Item = z.object({ n: z.number(), sure: z.number() });
const times = { timeout: '2s', retry: { maxAttempts: 3, backoff: '200ms' } } as const;
const score = ({ output }: { output: z.infer<typeof Item> }): number => output.sure;
const predict = <T>({ data }: { data: T }): T => data;
const satisfied = { score, atLeast: 0.5 };

const itemOf = ({ index, draws }: FlowSeed): z.infer<typeof Item> => ({
  n: index,
  sure: draws.pick([0.2, 0.4, 0.6, 0.9]),
});
const toAlone = (flow: FlowSeed): SimulatedInput => ({
  entry: 'alone',
  flowId: flow.id,
  at: flow.at,
  data: itemOf(flow),
  objects: { scan: new Uint8Array(8) },
  reply: true,
  after: `${Math.floor(flow.draws.between(0, 20_000))}ms`,
});

const alone = defineTier({
  name: 'alone',
  input: Item,
  objects: { scan: { deleteAfter: 'accepted' } },
  output: Item,
  predict,
  satisfied,
  exhausted: 'accept',
  batch: { size: 4, window: '100ms' },
  ...times,
});
const joining = defineTier({
  name: 'joining',
  input: tier<{ default: typeof alone }>('alone'),
  join: { data: stream('pages', Item), ttl: '10m' },
  output: Item,
  predict,
  ...times,
});
const carrying = defineTier({
  name: 'carrying',
  input: tier<{ default: typeof alone }>('alone'),
  output: Item,
  predict: async ({ data, objects }) => {
    await objects.scan.bytes();
    return data;
  },
  ...times,
});

/** A tier is added: the last one, which answered what it was not sure of, escalates it now. */
export const addedTier: Deployed = { tiers: [alone], next: { tiers: [alone, carrying] }, input: toAlone };

/** The same where the new tier joins; its producers send before all processes know it. */
export const addedJoin: Deployed = {
  tiers: [alone],
  next: { tiers: [alone, joining] },
  input(flow) {
    const pages = { entry: 'joining.pages', flowId: flow.id, at: flow.at, data: itemOf(flow) };
    return flow.draws.next() < 0.8 ? [toAlone(flow), pages] : [toAlone(flow)];
  },
};

/** A tier that claims its flows, before one is added after it. */
const once = defineTier({
  name: 'once',
  input: Item,
  output: Item,
  predict,
  satisfied,
  exhausted: 'accept',
  delivery: 'once',
  batch: { size: 4, window: '100ms' },
  ...times,
});
const after = defineTier({
  name: 'after',
  input: tier<{ default: typeof once }>('once'),
  output: Item,
  predict,
  delivery: 'once',
  ...times,
});
export const addedAfterClaims: Deployed = {
  tiers: [once],
  next: { tiers: [once, after] },
  input: (flow) => ({ entry: 'once', flowId: flow.id, at: flow.at, data: itemOf(flow) }),
};

const thumb = (atLeast: number, dropped: number) =>
  defineTier({
    name: 'thumb',
    input: Item,
    output: Item,
    predict,
    satisfied: { score, atLeast },
    audit: 0.3,
    gates: {
      destination: (output) => (output.n % 7 === dropped ? drop : output),
      escalate: (output) => (output.n % 7 === dropped + 1 ? drop : output),
    },
    batch: { size: 4, window: '100ms' },
    ...times,
  });
const photos = stream('photos', Item);
const large = (join: { maxTimeDiff: '2s' | '20s'; ttl: '5m' | '10m'; signals: 'first' | 'latest' }) =>
  defineTier({
    name: 'large',
    input: tier<{ default: ReturnType<typeof thumb> }>('thumb'),
    join: { data: photos, ...join },
    output: Item,
    predict,
    ...times,
  });
const photo: FlowMaker = (flow) => {
  const { id, at, draws } = flow;
  const data = itemOf(flow);
  const shifted = (ms: number): Date => new Date(at.getTime() + ms);
  const again = { entry: 'thumb', flowId: id, at: shifted(draws.between(-5_000, 5_000)), data };
  return [
    { entry: 'thumb', flowId: id, at, data },
    ...(draws.next() < 0.5 ? [again] : []),
    { entry: 'large.photos', flowId: id, at: shifted(draws.pick([0, 0, 5_000, -5_000])), data },
  ];
};

/** Another threshold, other gates, another join. */
const firstSignal = { maxTimeDiff: '2s', ttl: '5m', signals: 'first' } as const;
const latestSignal = { maxTimeDiff: '20s', ttl: '10m', signals: 'latest' } as const;
export const otherOptions: Deployed = {
  tiers: [thumb(0.5, 1), large(firstSignal)],
  next: { tiers: [thumb(0.8, 3), large(latestSignal)] },
  input: photo,
};
/** And back again. */
export const otherOptionsBack: Deployed = {
  tiers: otherOptions.next.tiers,
  next: { tiers: otherOptions.tiers },
  input: photo,
};

const entry = defineTier({ name: 'entry', input: Item, output: Item, predict, satisfied, ...times });
type Entry = { default: typeof entry };
const middle = defineTier({
  name: 'middle',
  input: tier<Entry>('entry'),
  output: Item,
  predict,
  satisfied: { score, atLeast: 0.3 },
  delivery: 'once',
  ...times,
});
const retired = defineTier({
  name: 'middle',
  input: tier<Entry>('entry'),
  output: Item,
  predict,
  satisfied: { score, atLeast: 0.3 },
  exhausted: 'deadLetter',
  delivery: 'once',
  retired: true,
  ...times,
});
const lastOf = <M extends { default: AnyTier }>(upstream: ReturnType<typeof tier<M>>) =>
  defineTier({ name: 'last', input: upstream as never, output: Item, predict: predict as never, ...times });
const long = [entry, middle, lastOf(tier<{ default: typeof middle }>('middle'))];
const short = [entry, lastOf(tier<Entry>('entry'))];
const toEntry: FlowMaker = (flow) => ({ entry: 'entry', flowId: flow.id, at: flow.at, data: itemOf(flow) });

/** A tier in the middle goes: the one before it escalates past it, and it works off what it has. */
export const retiredTier: Deployed = { tiers: long, next: { tiers: [...short, retired] }, input: toEntry };
/** A tier comes in between. */
export const insertedTier: Deployed = { tiers: short, next: { tiers: long }, input: toEntry };

const paced = (minInterval: '300ms' | '900ms') =>
  defineTier({
    name: 'paced',
    input: Item,
    output: Item,
    predict,
    pace: { minInterval },
    batch: { size: 4, window: '100ms' },
    ...times,
  });

/** Another pace. */
export const otherPace: Deployed = {
  tiers: [paced('900ms')],
  next: { tiers: [paced('300ms')] },
  input: (flow) => ({ entry: 'paced', flowId: flow.id, at: flow.at, data: itemOf(flow) }),
};

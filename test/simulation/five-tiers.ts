import * as z from 'zod';
import { type AnyTier, defineTier, drop, stream, tier } from '../../lib/index.ts';
import type { FlowSeed, SimulatedSend } from '../../lib/testing/index.ts';

/** What every tier reads: how far the flow goes, and what a gate makes of it. */
const Plan = z.object({ n: z.number(), sureAt: z.number(), dropAt: z.number().optional() });
type Plan = z.infer<typeof Plan>;
const Guess = z.object({ by: z.string(), n: z.number(), sureAt: z.number(), dropAt: z.number().optional() });

const guess = (by: string, { n, sureAt, dropAt }: Plan) => ({ by, n, sureAt, ...(dropAt !== undefined && { dropAt }) });
const sureAt = (place: number) => ({
  score: ({ output }: { output: z.infer<typeof Guess> }) => (output.sureAt <= place ? 1 : 0.2),
  atLeast: 0.5,
});
const gateAt = (place: number) => (output: z.infer<typeof Guess>) => (output.dropAt === place ? drop : output);

const glance = defineTier({
  name: 'glance',
  input: Plan,
  output: Guess,
  predict: ({ data }) => guess('glance', data),
  satisfied: sureAt(0),
  gates: { data: (data) => (data.dropAt === -1 ? drop : data), destination: gateAt(0), escalate: gateAt(0) },
  audit: 0.2,
  retry: { backoff: '200ms' },
});

const frames = stream('frames', Plan, { objects: { frame: { maxBytes: 100 } } });
const look = defineTier({
  name: 'look',
  input: tier<{ default: typeof glance }>('glance'),
  join: { data: frames, maxTimeDiff: '10s', ttl: '1h' },
  output: Guess,
  predict: async ({ data, objects }) => {
    await objects.frame.bytes();
    return guess('look', data);
  },
  satisfied: sureAt(1),
  gates: { destination: gateAt(1), escalate: gateAt(1) },
  audit: 0.1,
  batch: { size: 4, window: '200ms' },
  retry: { backoff: '200ms' },
});

const read = defineTier({
  name: 'read',
  input: tier<{ default: typeof look }>('look'),
  output: Guess,
  produces: { summary: {} },
  delivery: 'once',
  predictBatch: async (contexts) =>
    Promise.all(
      contexts.map(async ({ data, produce }) => {
        await produce.summary(Buffer.from(`summary ${data.n}`));
        return guess('read', data);
      }),
    ),
  satisfied: sureAt(2),
  gates: { destination: gateAt(2), escalate: gateAt(2) },
  retry: { backoff: '200ms' },
});

const scans = stream('scans', Plan, { objects: { scan: { deleteAfter: 'accepted' } } });
const study = defineTier({
  name: 'study',
  input: tier<{ default: typeof read }>('read'),
  join: { data: scans, ttl: '2h', signals: 'latest' },
  output: Guess,
  predict: async ({ data, signalObjects }) => {
    if (data.n % 2 === 0) await signalObjects.summary.text();
    return guess('study', data);
  },
  satisfied: sureAt(3),
  gates: { destination: gateAt(3), escalate: gateAt(3) },
  retry: { backoff: '200ms' },
});

const expert = defineTier({
  name: 'expert',
  input: tier<{ default: typeof study }>('study'),
  output: Guess,
  predict: async ({ data, objects }) => {
    await objects.scan.bytes();
    return guess('expert', data);
  },
  pace: { minInterval: '300ms' },
  satisfied: sureAt(4),
  exhausted: 'accept',
  gates: { destination: gateAt(4) },
  retry: { backoff: '200ms' },
});

/** Five tiers with two joins, and everything else a tier can have. */
export const fiveTiers: readonly AnyTier[] = [glance, look, read, study, expert];

/** A flow that goes as far as its number says, with or without its halves, with or without a deadline. */
export function fiveTierFlow({ index, id, at, draws }: FlowSeed): readonly SimulatedSend[] {
  const data: Plan = {
    n: index,
    sureAt: Math.floor(draws.between(0, 6)),
    ...(draws.next() < 0.2 && { dropAt: Math.floor(draws.between(-1, 5)) }),
  };
  const skewMs = draws.next() < 0.1 ? 20_000 : 0;
  const halves: SimulatedSend[] = [
    {
      entry: 'look.frames',
      flowId: id,
      data,
      at: new Date(at.getTime() + skewMs),
      objects: { frame: new Uint8Array(8) },
    },
    { entry: 'study.scans', flowId: id, data, at, objects: { scan: new Uint8Array(16) } },
  ];
  const deadline = draws.next() < 0.2 ? { deadline: new Date(at.getTime() + draws.between(500, 60_000)) } : {};
  const reply = draws.next() < 0.3 ? { reply: true } : {};
  return [{ entry: 'glance', flowId: id, data, at, ...deadline, ...reply }, ...halves.filter(() => draws.next() < 0.9)];
}

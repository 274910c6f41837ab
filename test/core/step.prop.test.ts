import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyTier } from '../../lib/index.ts';
import { defineTier, drop, stream, TerminalError, tier } from '../../lib/index.ts';
import type { LocalCloud } from '../../lib/local/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';

/** One tier of a random cascade. */
interface Shape {
  readonly join: boolean;
  readonly once: boolean;
  readonly signals: 'first' | 'latest';
  readonly batch: boolean;
}

/** What becomes of one flow, known before it runs. */
interface Fate {
  /** The first tier that is sure of it; past the last tier, the last answers. */
  readonly sureAt: number;
  /** The tier that ends it otherwise, and how; a tier it never reaches ends nothing. */
  readonly endAt: number;
  readonly end: 'answered' | 'dropped' | 'failed' | 'without data';
  /** How often each tier fails on it before it works. */
  readonly flaky: number;
}

type Op =
  | { readonly do: 'send'; readonly flow: number; readonly entry: number }
  | {
      readonly do: 'deliver';
      readonly queues: readonly number[];
      readonly times: number;
      readonly together: boolean;
      readonly max: number;
      readonly lose: boolean;
      /** Where the process dies: the nth port call, just before or after it. */
      readonly die: { readonly at: number; readonly after: boolean } | undefined;
    }
  | { readonly do: 'advance'; readonly ms: number };

const shape = fc.record({
  join: fc.boolean(),
  once: fc.boolean(),
  signals: fc.constantFrom('first' as const, 'latest' as const),
  batch: fc.boolean(),
});
const fate = fc.record({
  sureAt: fc.integer({ min: 0, max: 3 }),
  endAt: fc.integer({ min: 0, max: 2 }),
  end: fc.constantFrom<Fate['end']>('answered', 'answered', 'answered', 'dropped', 'failed', 'without data'),
  flaky: fc.integer({ min: 0, max: 2 }),
});
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), flow: fc.nat(4), entry: fc.nat(2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      queues: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
      times: fc.integer({ min: 1, max: 2 }),
      together: fc.boolean(),
      max: fc.integer({ min: 1, max: 5 }),
      lose: fc.boolean(),
      die: fc.option(fc.record({ at: fc.integer({ min: 1, max: 8 }), after: fc.boolean() }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(70_000) }) },
);

const Item = z.object({ flow: z.number() });
const flowName = (flow: number): string => `flow ${flow}`;

/** The tiers of a random cascade, which do to each flow what its fate says. */
function tiersOf(shapes: readonly Shape[], fates: readonly Fate[]): readonly AnyTier[] {
  return shapes.map((s, at) => {
    const tries = new Map<number, number>();
    const predict = ({ data }: { data: { flow: number } }) => {
      const { end, endAt, flaky } = fates[data.flow]!;
      const tried = (tries.get(data.flow) ?? 0) + 1;
      tries.set(data.flow, tried);
      if (end === 'failed' && endAt === at) throw new TerminalError('its fate');
      if (tried <= flaky) throw new Error('not yet');
      return { flow: data.flow };
    };
    const last = at === shapes.length - 1;
    const { end } = { end: (flow: number) => fates[flow]! };
    const gate = (output: { flow: number }) => {
      const { end: how, endAt } = end(output.flow);
      return how === 'dropped' && endAt === at ? drop : output;
    };
    return defineTier({
      name: `t${at}`,
      input: at === 0 ? Item : tier(`t${at - 1}`),
      ...(at > 0 && s.join && { join: { data: stream('own', Item), ttl: '2h', signals: s.signals } }),
      output: Item,
      ...(s.batch
        ? { predictBatch: (contexts: readonly { data: { flow: number } }[]) => contexts.map(predict) }
        : { predict }),
      ...(!last && {
        satisfied: {
          score: ({ output }: { output: { flow: number } }) => (fates[output.flow]!.sureAt <= at ? 1 : 0),
          atLeast: 1,
        },
      }),
      gates: { destination: gate, escalate: gate },
      ...(s.once && { delivery: 'once' }),
      retry: { maxAttempts: 50 },
    } as never) as AnyTier;
  });
}

/** A process that dies at a port call; what it was told to do after that never happens. */
function mortal() {
  let left = 0;
  let after = false;
  let armed = false;
  let dead = false;
  /** Done-marks that were really written, by item. */
  const marks: string[] = [];
  const guard = <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (dead) throw new Error('the process is dead');
      const dies = armed && --left === 0;
      if (dies && !after) dead = true;
      if (dead) throw new Error('the process died');
      const result = await call(...args);
      if (dies) dead = true;
      if (dead) throw new Error('the process died');
      return result;
    };
  };
  return {
    marks,
    arm(die: { readonly at: number; readonly after: boolean } | undefined) {
      dead = false;
      armed = die !== undefined;
      left = die?.at ?? 0;
      after = die?.after ?? false;
    },
    wrap: (cloud: LocalCloud): LocalCloud => ({
      ...cloud,
      queue: (name) => {
        const queue = cloud.queue(name);
        return { ...queue, send: guard(queue.send), hide: guard(queue.hide), delete: guard(queue.delete) };
      },
      table: {
        ...cloud.table,
        update: guard(async (update) => {
          const result = await cloud.table.update(update);
          if (result.applied && update.set?.done !== undefined) marks.push(update.key);
          return result;
        }),
      },
      decisions: { ...cloud.decisions, write: guard(cloud.decisions.write) },
    }),
  };
}

async function run(shapes: readonly Shape[], fates: readonly Fate[], ops: readonly Op[]): Promise<void> {
  const process = mortal();
  const cascade = await testCascade({ tiers: tiersOf(shapes, fates), wrap: process.wrap });
  try {
    const streams = shapes.flatMap((s, at) => (at > 0 && s.join ? [`t${at}.own`] : []));
    const entries = ['t0', ...streams];
    const queues = [...shapes.map((_, at) => `t${at}`), ...streams];
    const sent = new Set<string>();
    const send = async (flow: number, entry: string): Promise<void> => {
      const fated = fates[flow]!;
      if (fated.end === 'without data' && entry === `t${fated.endAt}.own`) return;
      sent.add(`${flow} ${entry}`);
      await cascade.send(entry, { flow }, { flowId: flowName(flow) });
    };
    for (const o of ops) {
      if (o.do === 'send') await send(o.flow % fates.length, entries[o.entry % entries.length]!);
      else if (o.do === 'advance') cascade.clock.advance(o.ms);
      else await deliverAndMaybeDie(cascade, process, queues, o);
    }
    for (const flow of fates.keys()) {
      for (const entry of entries) if (!sent.has(`${flow} ${entry}`)) await send(flow, entry);
    }
    await cascade.drain();
    cascade.clock.advance(3 * 3_600_000);
    await cascade.sweep();
    for (const [flow, fated] of fates.entries()) await checkEnd(cascade, shapes, flow, fated);
    const once = process.marks.filter((key) => key.startsWith('once#'));
    expect(once, 'a once tier completes a flow once').toEqual([...new Set(once)]);
    expect((await cascade.cloud.table.expired(1_000)).length).toBe(0);
  } finally {
    await cascade.close();
  }
}

async function deliverAndMaybeDie(
  cascade: TestCascade,
  process: ReturnType<typeof mortal>,
  queues: readonly string[],
  { queues: picked, die, ...options }: Op & { do: 'deliver' },
): Promise<void> {
  process.arm(die);
  const names = [...new Set(picked.map((q) => queues[q % queues.length]!))];
  const ends = await Promise.allSettled(names.map((name) => cascade.deliver(name, options)));
  process.arm(undefined);
  for (const end of ends) {
    if (end.status === 'rejected' && !/process (is dead|died)/.test(String(end.reason))) throw end.reason;
  }
}

/** The law: a flow ends as its fate says, and whatever happened on the way, it says so. */
async function checkEnd(cascade: TestCascade, shapes: readonly Shape[], flow: number, fated: Fate): Promise<void> {
  const name = flowName(flow);
  const last = shapes.length - 1;
  const answering = Math.min(fated.sureAt, last);
  const reached = fated.endAt <= answering;
  const stuck = reached && fated.end === 'without data' && fated.endAt > 0 && shapes[fated.endAt]!.join;
  const ids = new Set(cascade.answers.filter((a) => a.flowId === name).map((a) => `${a.tier} ${a.id}`));
  const letters = (await cascade.deadLetters()).filter((l) => l.flow === name);
  for (const [at, { once, join }] of shapes.entries()) {
    const passed = [`t${at}:accepted`, `t${at}:escalated`];
    if (once || (join && at > 0))
      expect(cascade.decisions(name).filter((d) => passed.includes(d)).length).toBeLessThanOrEqual(1);
  }
  const decided = (decision: string) => cascade.decisions(name).includes(`t${fated.endAt}:${decision}`);
  if (reached && (fated.end === 'failed' || fated.end === 'dropped')) {
    expect([...ids]).toEqual([]);
    expect(new Set(letters.map((l) => l.tier))).toEqual(new Set(fated.end === 'failed' ? [`t${fated.endAt}`] : []));
    // A process may die between the effect and its record; what is delivered again is then decided as a duplicate.
    expect(decided(fated.end) || decided('duplicate')).toBe(true);
  } else if (stuck) {
    expect([...ids]).toEqual([]);
    expect(letters).toEqual([]);
    expect(decided('expired')).toBe(true);
  } else {
    expect([...ids].map((id) => id.split(' ')[0])).toEqual([`t${answering}`]);
    expect(letters).toEqual([]);
  }
}

test('whatever is delivered twice, late or half, by processes that die: each flow ends once, as it should', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(shape, { minLength: 2, maxLength: 3 }),
      fc.array(fate, { minLength: 1, maxLength: 4 }),
      fc.array(op, { minLength: 5, maxLength: 40 }),
      run,
    ),
    { numRuns: Number(process.env.SLUICE_RUNS ?? 200), seed: 20260101, endOnFailure: false },
  );
}, 120_000);

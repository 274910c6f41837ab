import fc from 'fast-check';
import * as z from 'zod';
import { connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { instanceOf } from './instances.ts';

export const level = defineControl({ name: 'level', schema: z.string(), beforeControl: 'default', initial: 'nothing' });
export type Level = { default: typeof level };

export const Output = z.object({ key: z.string(), level: z.string(), nth: z.number() });
export const reader = defineTier({
  name: 'reader',
  input: z.object({ key: z.string() }),
  controls: { level: control<Level>('level') },
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key, remember: 50 },
  output: Output,
  reevaluateOnControl: true,
  // The turns of the event loop in between let instances overlap.
  predict: async ({ data, controls, state }) => {
    await Promise.resolve();
    const { value } = await controls.level.get(data.key);
    await Promise.resolve();
    state.set(state.value + 1);
    return { key: data.key, level: value, nth: state.version };
  },
});

/** What may happen: data of these keys, controls set for those, or deleted; how often the last and their application, against four. */
export interface Happens {
  readonly data: readonly string[];
  readonly settable: readonly string[];
  readonly deletes: number;
  readonly applies: number;
}

const version = fc.integer({ min: 1, max: 9 });

/** Sequences of it over three warm instances. */
export function happenings({ data, settable, deletes, applies }: Happens) {
  const key = fc.constantFrom(...settable);
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ data: fc.constantFrom(...data), ago: fc.nat(3_000) }) },
    { weight: 4, arbitrary: fc.record({ set: key, version }) },
    { weight: deletes, arbitrary: fc.record({ delete: key, version }) },
    {
      weight: applies,
      arbitrary: fc.record({ apply: fc.integer({ min: 1, max: 3 }), times: fc.integer({ min: 1, max: 2 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        deliver: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
        max: fc.integer({ min: 1, max: 4 }),
        times: fc.integer({ min: 1, max: 2 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 6_000 }) }) },
  );
  return fc.array(event, { minLength: 5, maxLength: 40 });
}
type Event = ReturnType<typeof happenings> extends fc.Arbitrary<(infer T)[]> ? T : never;

/** Three warm instances under one sequence of events, worked off to the end. */
export async function play(cascade: TestCascade, events: readonly Event[]): Promise<ReadonlyMap<string, number>> {
  const levels = connectControl<Level>('level', { cloud: cascade.cloud });
  const instances = Array.from({ length: 3 }, () => instanceOf(cascade));
  const sentAt = new Map<string, number>();
  for (const [i, one] of events.entries()) {
    if ('data' in one) {
      const at = cascade.clock.now() - one.ago;
      sentAt.set(`${one.data} ${i}`, at);
      await cascade.send('reader', { key: one.data }, { flowId: `${one.data} ${i}`, at: new Date(at) });
    } else if ('set' in one) await levels.set(`${one.set} ${one.version}`, { key: one.set, version: one.version });
    else if ('delete' in one) await levels.delete({ key: one.delete, version: one.version });
    else if ('apply' in one) await cascade.deliver('controls', { max: one.apply, times: one.times, together: true });
    else if ('wait' in one) cascade.clock.advance(one.wait);
    else await Promise.all(one.deliver.map((n) => instances[n]!.deliver(one)));
  }
  await cascade.drain({ times: 2 });
  return sentAt;
}

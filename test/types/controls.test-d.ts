import { type Cloud, connectControl, control, defineControl, defineTier, type threshold, tier } from 'sluice';
import * as z from 'zod';
import type { TypesOfControl } from '../../lib/core/control/types.ts';
import type limit from './app/controls/limit.ts';
import type total from './app/controls/total.ts';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

type Limit = TypesOfControl<typeof limit>;
type Total = TypesOfControl<typeof total>;

holds<Eq<Limit['name'], 'limit'>>();
holds<Eq<Limit['message'], { shop: string; most: number }>>();
holds<Eq<Limit['value'], { shop: string; most: number }>>();
// A control that reduces has messages of one type and values of another.
holds<Eq<Total['message'], { add: number }>>();
holds<Eq<Total['value'], number>>();

const A = z.object({ a: z.string() });
const controls = {
  limit: control<typeof import('./app/controls/limit.ts')>('limit'),
  sum: control<typeof import('./app/controls/total.ts')>('total'),
};

// A tier reads its controls under the names it gives them, fully typed.
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  predict: async ({ data, controls: { limit, sum } }) => {
    const { value, version, key } = await limit.get(data.a);
    return { a: `${value.shop.trim()} ${value.most.toFixed()} ${version} ${key} ${(await sum.get()).value.toFixed()}` };
  },
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  predictBatch: (contexts) =>
    Promise.all(contexts.map(async (one) => ({ a: (await one.controls.limit.get(one.data.a)).value.shop }))),
});
// The state is what its schema puts out, and keyBy reads the data of the tier.
defineTier({
  name: 'x',
  input: A,
  output: A,
  state: { schema: z.object({ n: z.number().default(0) }), initial: {}, keyBy: ({ data }) => data.a },
  predict: ({ state }) => {
    state.set({ n: state.value.n + 1 });
    return { a: `${state.key} ${state.version.toFixed()}` };
  },
});
// Past the first tier too.
defineTier({
  name: 'x',
  input: tier<typeof import('./app/thumb.ts')>('thumb'),
  output: A,
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.shop },
  controls,
  predict: async ({ state, signal, controls: { sum } }) => ({
    a: signal.label + (state.value + (await sum.get()).value).toFixed(),
  }),
});

// @ts-expect-error a misspelt name of a control does not compile
control<typeof import('./app/controls/limit.ts')>('limt');
// @ts-expect-error the control is not named here
defineTier({ name: 'x', input: A, output: A, controls, predict: ({ controls: c }) => ({ a: String(c.most) }) });
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  // @ts-expect-error the control has no such field
  predict: async ({ controls: c }) => ({ a: String((await c.limit.get()).value.least) }),
});
// @ts-expect-error a tier without controls reads none
defineTier({ name: 'x', input: A, output: A, predict: ({ controls: { limit } }) => ({ a: String(limit) }) });
// @ts-expect-error a tier without state has none
defineTier({ name: 'x', input: A, output: A, predict: ({ state }) => ({ a: String(state.value) }) });
// @ts-expect-error what a tier names under controls is a reference
defineTier({ name: 'x', input: A, output: A, controls: { limit: 'limit' }, predict: () => ({ a: '' }) });
defineTier({
  name: 'x',
  input: A,
  output: A,
  // @ts-expect-error the initial state does not fit its schema
  state: { schema: z.number(), initial: '0', keyBy: () => '' },
  predict: () => ({ a: '' }),
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  // @ts-expect-error the data has no such field
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.b },
  predict: () => ({ a: '' }),
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.a },
  predict: ({ state }) => {
    // @ts-expect-error what is set must be the state
    state.set('1');
    return { a: '' };
  },
});
// @ts-expect-error what data does before the first control has no default
defineControl({ name: 'c', schema: A });
// @ts-expect-error a policy that does not exist
defineControl({ name: 'c', schema: A, beforeControl: 'wait' });
// @ts-expect-error the key is made of what the message brings
defineControl({ name: 'c', schema: A, beforeControl: 'drop', keyBy: ({ b }) => b });
// @ts-expect-error an unknown option
defineControl({ name: 'c', schema: A, beforeControl: 'drop', maxStale: '1s' });

// With an initial value there always is a current one; a parameter that allows for none widens nothing.
const Add = z.object({ add: z.number() });
const sum = defineControl({
  name: 'c',
  schema: Add,
  beforeControl: 'default',
  initial: 0,
  reduce: (current, { add }) => current + add,
});
holds<Eq<TypesOfControl<typeof sum>['value'], number>>();
const wary = defineControl({
  name: 'c',
  schema: Add,
  beforeControl: 'default',
  initial: 0,
  reduce: (current: number | undefined, { add }) => (current ?? 0) + add,
});
holds<Eq<TypesOfControl<typeof wary>['value'], number>>();
const names = defineControl({
  name: 'c',
  schema: Add,
  beforeControl: 'drop',
  initial: { all: [] },
  reduce: (current: { all: number[] }, { add }) => ({ all: [...current.all, add] }),
});
holds<Eq<TypesOfControl<typeof names>['value'], { all: number[] }>>();
// @ts-expect-error without an initial value there is none at first
defineControl({ name: 'c', schema: Add, beforeControl: 'drop', reduce: (sum: number, { add }) => sum + add });
// @ts-expect-error the same, where nothing is annotated
defineControl({ name: 'c', schema: Add, beforeControl: 'drop', reduce: (sum, { add }) => ({ add: sum.add + add }) });
// @ts-expect-error the initial value is of another type
defineControl({ name: 'c', schema: Add, beforeControl: 'drop', initial: '', reduce: (sum: number) => sum });

declare const cloud: Cloud;
const limits = connectControl<typeof import('./app/controls/limit.ts')>('limit', { cloud });
limits.set({ shop: 'a', most: 1 }, { version: 1 }).then(({ version }) => version.toFixed());
limits.get('a').then((found) => found?.value.most.toFixed());
// @ts-expect-error the message has no such field
limits.set({ shop: 'a', least: 1 });
// @ts-expect-error a misspelt name of a control does not compile
connectControl<typeof import('./app/controls/limit.ts')>('limits', { cloud });
connectControl<{ default: typeof threshold }>('threshold', { cloud }).set({ atLeast: 0.5 }, { key: 'thumb' });

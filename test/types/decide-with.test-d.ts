import { control, defineTier, drop, tier } from 'sluice';
import * as z from 'zod';

const A = z.object({ a: z.string(), n: z.number() });
const controls = {
  limit: control<typeof import('./app/controls/limit.ts')>('limit'),
  sum: control<typeof import('./app/controls/total.ts')>('total'),
};
const state = { schema: z.number(), initial: 0, keyBy: ({ data }: { data: { a: string } }) => data.a };

// Gates and score see the values of the controls that the tier decides with, under its own names for them.
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  decideWith: { limit: ({ data }) => data.a },
  predict: ({ data }) => data,
  satisfied: {
    score: ({ output, controls: { limit } }) => output.n - limit.value.most + limit.version,
    atLeast: 0,
  },
  exhausted: 'accept',
  gates: {
    data: (data, { flowId, controls: { limit } }) => (data.n > limit.value.most ? drop : { ...data, a: flowId }),
    destination: (output, { controls: { limit } }) => ({ ...output, a: limit.value.shop.trim() + limit.key }),
    escalate: (output, { controls: { limit } }) => ({ ...output, n: limit.value.most }),
  },
});
// Past the first tier too, with all that it names.
defineTier({
  name: 'x',
  input: tier<typeof import('./app/thumb.ts')>('thumb'),
  output: A,
  controls,
  decideWith: { limit: ({ data }) => data.shop, sum: () => '*' },
  predict: ({ signal }) => ({ a: signal.label, n: 0 }),
  gates: { signal: (signal, { controls: { sum, limit } }) => (sum.value > limit.value.most ? drop : signal) },
});
// What works data again has a state, and controls.
defineTier({ name: 'x', input: A, output: A, controls, state, reevaluateOnControl: true, predict: ({ data }) => data });

defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  decideWith: { limit: ({ data }) => data.a },
  predict: ({ data }) => data,
  gates: {
    // @ts-expect-error the tier does not decide with this control
    destination: (output, { controls: { sum } }) => (sum ? drop : output),
  },
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  decideWith: { limit: ({ data }) => data.a },
  predict: ({ data }) => data,
  satisfied: {
    // @ts-expect-error the control has no such field
    score: ({ controls: { limit } }) => limit.value.least,
    atLeast: 0,
  },
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  predict: ({ data }) => data,
  // @ts-expect-error the tier decides with no control
  gates: { data: (data, { controls: { limit } }) => (limit ? drop : data) },
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  // @ts-expect-error the data has no such field
  decideWith: { limit: ({ data }) => data.b },
  predict: ({ data }) => data,
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  // @ts-expect-error a key is a text
  decideWith: { limit: ({ data }) => data.n },
  predict: ({ data }) => data,
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  // @ts-expect-error the tier names no such control
  decideWith: { most: () => 'a' },
  predict: ({ data }) => data,
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  // @ts-expect-error what works data again has a state to keep it with
  reevaluateOnControl: true,
  predict: ({ data }) => data,
});
// What gates and score are told follows from decideWith, which therefore stands before them.
defineTier({
  name: 'x',
  input: A,
  output: A,
  controls,
  // @ts-expect-error decideWith comes later
  gates: { data: (data, { controls: { limit } }) => (limit ? drop : data) },
  decideWith: { limit: ({ data }) => data.a },
  predict: ({ data }) => data,
});

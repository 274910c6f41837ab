import { expect, test } from 'vitest';
import { drop, TerminalError } from '../../lib/index.ts';
import { check, type FlowMaker, type FlowSeed, simulate, type WorldView } from '../../lib/testing/index.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

const input: FlowMaker = ({ index, id, at }) => ({ entry: 'cheap', flowId: id, at, data: { n: index } });

/** Answers otherwise the second time it sees a flow, as a model with a cache or a die in it may. */
function forgetful() {
  const seen = new Set<number>();
  return cheap({
    extra: {
      predict: ({ data }: { data: { n: number } }) => {
        const again = seen.has(data.n);
        seen.add(data.n);
        return { guess: 'x', sure: again ? 1 : 0 };
      },
    },
  });
}

test('a sound application breaks no law', async () => {
  const result = await check({ tiers: [cheap(), carrying()], seeds: 50, flows: 10, input });
  expect(result).toMatchObject({ seeds: 50, violations: 0, found: [], report: '' });
});

test('a task that answers otherwise at a redelivery is found, shrunk and shown', async () => {
  let tiers = [forgetful(), carrying()];
  const inEachWorld: FlowMaker = (flow) => input(flow);
  const makeAnew = { onSeed: () => (tiers = [forgetful(), carrying()]) };
  const found = [];
  for (let from = 1; from < 100 && found.length === 0; from += 1) {
    const result = await check({ tiers, seeds: { from, count: 1 }, flows: 10, input: inEachWorld, ...makeAnew });
    found.push(...result.found);
  }
  expect(found.map(({ law }) => law)).toContain('a satisfied flow goes no further');
});

test('a violation is made small, and its flows and faults alone break the law again', async () => {
  const eventually = {
    'each flow is predicted on once': (world: WorldView) =>
      world.flows().every((flow) => (world.receipt(flow).predictions.cheap ?? 0) <= 1),
  };
  const options = { tiers: [cheap(), carrying()], flows: 12, input, eventually };
  const { found, violations, report } = await check({ ...options, seeds: 100 });
  expect(violations).toBeGreaterThan(0);
  const [violation] = found;
  expect(violation!.world.flows.length).toBe(1);
  expect(violation!.world.faults.length).toBe(1);
  expect(report).toContain(`seed ${violation!.seed}`);
  const again = await check({ ...options, only: violation!.world });
  expect(again.found).toMatchObject([{ law: violation!.law, trace: violation!.trace }]);
});

test('laws of your own are asked at every step and at the end; an error breaks them too', async () => {
  let steps = 0;
  const { found } = await check({
    tiers: [cheap(), carrying()],
    seeds: 1,
    flows: 2,
    faults: 'none',
    input,
    always: {
      'few answers': (world) => {
        steps += 1;
        return world.answers().length < 2 || 'there are two answers';
      },
    },
    eventually: {
      'never holds': () => {
        throw new Error('thrown by the law');
      },
    },
  });
  expect(steps).toBeGreaterThan(10);
  expect(found).toMatchObject([
    { law: 'few answers', message: 'there are two answers' },
    { law: 'never holds', message: 'thrown by the law', world: { flows: [0], faults: [] } },
  ]);
});

test('flows are made like those of a list, halves together', async () => {
  const sends = [
    { entry: 'cheap', flowId: 'a', data: { n: 1 } },
    { entry: 'cheap', flowId: 'b', data: { n: 2 } },
  ];
  const { report } = await check({
    tiers: [cheap(), carrying()],
    seeds: 1,
    flows: 3,
    faults: 'none',
    input: sends,
    eventually: {
      'in turn': (world) => {
        const outputs = world.answers().map(({ flowId, output }) => [flowId, output]);
        expect(Object.fromEntries(outputs)).toEqual({
          'flow-1-0': { guess: 'dear 1 after cheap 1' },
          'flow-1-1': { guess: 'dear 2 after cheap 2' },
          'flow-1-2': { guess: 'dear 1 after cheap 1' },
        });
        return true;
      },
    },
  });
  expect(report).toBe('');
});

test('pure tasks run once for each input', async () => {
  let runs = 0;
  const predict = ({ data }: { data: { n: number } }) => {
    runs += 1;
    return { guess: String(data.n), sure: 1 };
  };
  const tiers = [cheap({ extra: { predict, exhausted: 'accept' } })];
  const { violations } = await check({ tiers, seeds: 10, flows: 5, input, pure: true });
  expect(violations).toBe(0);
  expect(runs).toBe(5);
});

test('options that cannot be are refused', async () => {
  const tiers = [cheap(), carrying()];
  await expect(check({ tiers, input: [] })).rejects.toThrow(/nothing to send/);
  await expect(check({ tiers, input, seeds: 0 })).rejects.toThrow(/seeds is 0/);
  await expect(check({ tiers, input, ...{ sedes: 3 } })).rejects.toThrow(/Did you mean "seeds"/);
});

/** As a module without types says it. */
const untyped = (options: object) => check({ tiers: [cheap(), carrying()], input, seeds: 3, flows: 2, ...options });

test.each([
  [{ faults: { throtle: 0.5 } }, /Did you mean "throttle"/],
  [{ faults: 'al' }, /faults is "al".*Did you mean "all"/s],
  [{ faults: { crash: 5 } }, /crash is 5 and must be a share from 0 to 1/],
  [{ faults: { crash: Number.NaN } }, /crash is .* and must be a share/],
  [{ faults: null }, /faults is null/],
  [{ flows: 0 }, /flows is 0/],
  [{ flows: -1 }, /flows is -1/],
  [{ flows: Number.NaN }, /flows is/],
  [{ seeds: { from: -3, count: 1 } }, /seeds\.from is -3/],
  [{ seeds: { from: 1.5, count: 1 } }, /seeds\.from is 1\.5/],
  [{ seeds: { form: 1, count: 1 } }, /Did you mean "from"/],
  [{ always: { 'is no function': true } }, /is no function is true and must be a function/],
  [{ pure: 'yes' }, /pure is "yes"/],
  [{ onSeed: 1 }, /onSeed is 1/],
  [{ only: { seed: 1, flows: [], faults: [] } }, /flows is \[\]/],
  [{ only: { seed: 1, flows: [0], faults: ['crahs@cheap#1'] } }, /no fault "crahs".*Did you mean "crash"/s],
  [{ only: { seed: 1, flow: [0], faults: [] } }, /Did you mean "flows"/],
])('%j is refused before a world is run', async (options, message) => {
  await expect(untyped(options)).rejects.toThrow(message);
});

test.each([
  [{ sed: 1 }, /Did you mean "seed"/],
  [{ seed: 'x' }, /seed is "x"/],
  [{ seed: -3 }, /seed is -3/],
  [{ faults: { crsh: 1 } }, /Did you mean "crash"/],
  [{ faults: 'some' }, /faults is "some"/],
  [{ start: new Date(Number.NaN) }, /start is/],
])('simulate refuses %j', async (options, message) => {
  await expect(simulate({ tiers: [cheap()], ...options } as never)).rejects.toThrow(message);
});

test('laws are synchronous: one that gives a promise, or anything that is no verdict, is an error', async () => {
  const law = { law: async () => false };
  await expect(untyped({ eventually: law })).rejects.toThrow(/law "law" gives a promise.*synchronous/s);
  await expect(untyped({ always: law })).rejects.toThrow(/law "law" gives a promise/);
  await expect(untyped({ eventually: { law: () => 0 } })).rejects.toThrow(/law "law" gives 0/);
  const rejects = { law: () => Promise.reject(new Error('nobody hears')) };
  await expect(untyped({ eventually: rejects })).rejects.toThrow(/gives a promise/);
});

test('an input that throws or gives nothing is named with its seed and its flow', async () => {
  const throws: FlowMaker = ({ index }) => {
    if (index === 1) throw new Error('no such file');
    return { entry: 'cheap', data: { n: 1 } };
  };
  await expect(untyped({ input: throws })).rejects.toMatchObject({
    code: 'option-invalid',
    message: expect.stringMatching(/flow 1 of seed 1: no such file/),
    details: { seed: 1, flow: 1 },
  });
  await expect(untyped({ input: () => undefined })).rejects.toThrow(/undefined for flow 0 of seed 1/);
  await expect(untyped({ input: () => [null] })).rejects.toThrow(/null for flow 0 of seed 1/);
  await expect(untyped({ input: () => [] })).rejects.toThrow(/nothing was sent in the world of seed 1/);
});

test('some flows of a world may send nothing, and a violation is not made so small that nothing is sent', async () => {
  const { found } = await untyped({
    input: (flow: FlowSeed) => (flow.index === 0 ? [] : input(flow)),
    eventually: { 'never holds': () => false },
  });
  expect(found).toMatchObject([{ world: { flows: [1] } }]);
});

test('ends are counted by kind, and faults by theirs', async () => {
  const predict = ({ data }: { data: { n: number } }) => {
    if (data.n === 1) throw new TerminalError('cannot');
    return { guess: 'x', sure: 1 };
  };
  const gates = {
    destination: (output: object, { flowId }: { flowId: string }) => (/-2$/.test(flowId) ? drop : output),
  };
  const options = {
    tiers: [cheap({ extra: { predict, gates, exhausted: 'accept' } })],
    seeds: 2,
    flows: 5,
    input: ({ index, id, at }: FlowSeed) => ({
      entry: 'cheap',
      flowId: id,
      at,
      data: index === 4 ? ({ m: 'wrong' } as never) : { n: index },
      ...(index === 3 && { deadline: new Date(at.getTime() - 1) }),
    }),
  };
  const calm = await check({ ...options, faults: 'none' });
  const deadLettered = { terminal: 2, 'data-invalid': 2 };
  expect(calm.ends).toEqual({ answered: 2, deadLettered, dropped: 2, expired: 2, open: 0 });
  expect(calm.faults).toEqual({});
  const { faults } = await check({ ...options, faults: { reorder: 1, clock: 0 } });
  expect(faults).toEqual({ reorder: expect.any(Number) });
  expect(faults.reorder).toBeGreaterThan(1);
});

test('a half that met no other is counted as what became of it', async () => {
  const { ends } = await check({
    tiers: [cheap(), joining()],
    seeds: 1,
    flows: 3,
    faults: 'none',
    input: ({ id, at }) => ({ entry: 'dear.photos', flowId: id, at, data: { photo: 'p' } }),
  });
  expect(ends).toMatchObject({ answered: 0, deadLettered: {}, expired: 3 });
});

test('a check that is told to stop says what it found in the worlds done so far', async () => {
  const controller = new AbortController();
  const result = await untyped({
    seeds: 10_000,
    flows: 2,
    eventually: { 'never holds': () => false },
    signal: controller.signal,
    onSeed: (done: number) => done === 3 && controller.abort(),
  });
  expect(result).toMatchObject({ seeds: 3, violations: 3, found: [{ law: 'never holds' }] });
  expect(await untyped({ signal: AbortSignal.abort() })).toMatchObject({ seeds: 0, violations: 0 });
  await expect(untyped({ signal: 'stop' })).rejects.toThrow(/signal is "stop"/);
});

test('timers are heard while worlds are run, and making a violation small ends as well', async () => {
  const signal = AbortSignal.timeout(100);
  const result = await untyped({ seeds: 1_000_000, flows: 2, signal });
  expect(result.seeds).toBeGreaterThan(0);
  expect(result.seeds).toBeLessThan(1_000_000);
  let asked = 0;
  const controller = new AbortController();
  const law = () => {
    asked += 1;
    if (asked === 3) controller.abort();
    return false;
  };
  const { found } = await untyped({ flows: 12, eventually: { law }, signal: controller.signal });
  expect(found).toMatchObject([{ law: 'law' }]);
  expect(asked).toBeLessThan(6);
});

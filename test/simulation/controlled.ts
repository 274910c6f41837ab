import * as z from 'zod';
import {
  type AnyControl,
  type AnyTier,
  control,
  defineControl,
  defineTier,
  drop,
  model,
  threshold,
  tier,
} from '../../lib/index.ts';
import type { Draws, FlowSeed, SimulatedControl, SimulatedInput, UserLaws } from '../../lib/testing/index.ts';

/** An application that lives by its controls, and what is sent through it. */
export interface Controlled {
  readonly tiers: readonly AnyTier[];
  readonly controls: readonly AnyControl[];
  readonly input: (flow: FlowSeed) => readonly SimulatedInput[];
  readonly eventually?: UserLaws;
}

/** Data and settings meet within this time: several times `maxStaleness`. */
const WITHIN_MS = 20_000;
const some = (draws: Draws) => `${Math.floor(draws.between(0, WITHIN_MS))}ms` as const;
/** Settings come in bursts, so that they meet each other. */
const burst = (draws: Draws) => draws.pick(['1s', '7s', '14s'] as const);
const whole = (draws: Draws, below: number): number => Math.floor(draws.between(0, below));

/** Sensors, and what is set for many of them at once. */
const SENSORS = ['eu/oslo', 'eu/lima', 'us'];
const PLACES = [...SENSORS, 'eu/*', '*'];

const setting = defineControl({
  name: 'setting',
  schema: z.object({ sensor: z.string(), desired: z.number() }),
  keyBy: ({ sensor }) => sensor,
  beforeControl: 'drop',
  history: 4,
});
const Command = z.object({ sensor: z.string(), command: z.string(), seen: z.number() });
const heater = defineTier({
  name: 'heater',
  input: z.object({ sensor: z.string(), temperature: z.number() }),
  controls: { wanted: control<{ default: typeof setting }>('setting') },
  state: {
    schema: z.object({ last: z.string(), seen: z.number() }),
    initial: { last: '', seen: 0 },
    keyBy: ({ data }) => data.sensor,
  },
  output: Command,
  predict: async ({ data: { sensor, temperature }, controls, state }) => {
    const { value } = await controls.wanted.get(sensor);
    const command = temperature > value.desired ? 'Off' : 'On';
    const seen = state.value.seen + 1;
    state.set({ last: command, seen });
    return { sensor, command: command === state.value.last ? '' : command, seen };
  },
  gates: { destination: (output) => (output.command === '' ? drop : output) },
  batch: { size: 6, window: '100ms' },
  timeout: '2s',
  retry: { backoff: '200ms' },
});

/** A setting as people and machines send them: late, twice, under numbers that others took, taken back, or wrong. */
function anySetting(draws: Draws): SimulatedControl {
  const after = burst(draws);
  const version = 1 + whole(draws, 12);
  const key = draws.pick(PLACES);
  const how = draws.next();
  if (how < 0.1) return { control: 'setting', key, version, deleted: true, after };
  if (how < 0.2) return { control: 'setting', key, version, restores: 1 + whole(draws, 12), after };
  if (how < 0.25) return { control: 'setting', version, value: { sensor: 'a*b', desired: 1 }, after };
  return { control: 'setting', version, value: { sensor: key, desired: 15 + whole(draws, 10) }, after };
}

/** Heaters with keyed settings, wildcards among them, and keyed state. */
export const heaters: Controlled = {
  tiers: [heater],
  controls: [setting],
  input({ id, at, draws }) {
    const data = { sensor: draws.pick(SENSORS), temperature: 10 + whole(draws, 20) };
    const reading = { entry: 'heater', flowId: id, at, data, after: some(draws) };
    return draws.next() < 0.7 ? [reading, anySetting(draws)] : [reading];
  },
};

const Text = z.object({ shop: z.string(), sure: z.number() });
const limit = defineControl({
  name: 'limit',
  schema: z.object({ by: z.number() }),
  reduce: (current: number | undefined, { by }) => (current ?? 0) + by,
  initial: 0,
  beforeControl: 'default',
  maxStaleness: '0s',
});
const rule = defineControl({
  name: 'rule',
  schema: z.string(),
  initial: 'none',
  beforeControl: 'buffer',
  maxStaleness: '300ms',
});
const permit = defineControl({ name: 'permit', schema: z.string(), beforeControl: 'deadLetter' });
const Guess = z.object({ sure: z.number(), by: z.string() });

const quick = defineTier({
  name: 'quick',
  input: Text,
  controls: { limit: control<{ default: typeof limit }>('limit') },
  output: Guess,
  predict: async ({ data: { shop, sure }, controls }) => {
    const { value: here } = await controls.limit.get(shop);
    const { value: all } = await controls.limit.get();
    const { value: again } = await controls.limit.get(shop);
    return { sure, by: `quick below ${here + all}, still ${again}` };
  },
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
  gates: { destination: (output) => output, escalate: (output) => output },
  audit: 0.2,
  batch: { size: 4, window: '100ms' },
  timeout: '2s',
  retry: { backoff: '200ms' },
});
const slow = defineTier({
  name: 'slow',
  input: tier<{ default: typeof quick }>('quick'),
  controls: { rule: control<{ default: typeof rule }>('rule') },
  output: Guess,
  predict: async ({ data: { shop, sure }, controls }) => ({
    sure,
    by: `slow by ${(await controls.rule.get(shop)).value}`,
  }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.3 },
  delivery: 'once',
  batch: { size: 4, window: '100ms' },
  timeout: '2s',
  retry: { backoff: '200ms' },
});
const last = defineTier({
  name: 'last',
  input: tier<{ default: typeof slow }>('slow'),
  controls: { permit: control<{ default: typeof permit }>('permit') },
  output: Guess,
  predictBatch: async (contexts) =>
    Promise.all(
      contexts.map(async ({ data, controls }) => ({
        sure: data.sure,
        by: `last by ${(await controls.permit.get(data.shop)).value}`,
      })),
    ),
  timeout: '2s',
  retry: { backoff: '200ms' },
});

const SHOPS = ['north', 'south'];
const TIERS = ['quick', 'slow', '*', 'quikc'];

function anyOther(draws: Draws): SimulatedControl {
  const version = 1 + whole(draws, 30);
  const after = burst(draws);
  const own = { version, after, key: draws.pick([...SHOPS, '*']) };
  const how = draws.next();
  if (how < 0.4)
    return {
      control: 'threshold',
      key: draws.pick(TIERS),
      version,
      after,
      value: { atLeast: draws.pick([0.1, 0.5, 0.9]) },
    };
  if (how < 0.6) return { ...own, control: 'limit', value: { by: 1 + whole(draws, 5) } };
  if (how < 0.65) return { ...own, control: 'rule', value: 7 };
  if (how < 0.85) return { ...own, control: 'rule', value: `rule ${version}` };
  return { ...own, control: 'permit', value: `permit ${version}` };
}

/** A cascade whose thresholds move, with a control of each policy. What is buffered is let go in the end. */
export const movingThresholds: Controlled = {
  tiers: [quick, slow, last],
  controls: [limit, rule, permit, threshold],
  input({ index, id, at, draws }) {
    const data = { shop: draws.pick(SHOPS), sure: draws.next() };
    const flow = { entry: 'quick', flowId: id, at, data, after: some(draws) };
    const all: SimulatedControl = { control: 'rule', key: '*', value: 'for all', version: 100, after: '30s' };
    return [flow, ...(draws.next() < 0.7 ? [anyOther(draws)] : []), ...(index === 0 ? [all] : [])];
  },
};

/** The model of version n says n; every fourth one is bad. */
const isBad = (version: number): boolean => version % 4 === 0;
const scale = defineTier({
  name: 'scale',
  input: z.object({ n: z.number() }),
  output: z.object({ by: z.number() }),
  load: async ({ model: named }) => (named ? Number(await named.object.text()) : 0),
  accept: (factor) => !isBad(factor),
  predict: ({ model: factor }) => ({ by: factor }),
  batch: { size: 4, window: '100ms' },
  timeout: '2s',
  retry: { backoff: '200ms' },
});

/** A tier whose model comes by a control: good ones, bad ones, and ones that are taken back. */
export const swappedModels: Controlled = {
  tiers: [scale],
  controls: [model],
  input({ index, id, at, draws }) {
    const version = 1 + whole(draws, 12);
    const after = burst(draws);
    const key = draws.pick(['scale', '*']);
    const file = Buffer.from(String(version));
    const named: SimulatedControl =
      draws.next() < 0.8
        ? { control: 'model', key, version, file, after }
        : { control: 'model', key, version, deleted: true, after };
    return [{ entry: 'scale', flowId: id, at, data: { n: index }, after: some(draws) }, named];
  },
  eventually: {
    'an answer names the model it came of': (world) =>
      world.answers().every(({ output, controls }) => (output as { by: number }).by === (controls?.model ?? 0)),
    'a bad model answers nothing': (world) =>
      world.answers().every(({ controls }) => controls?.model === undefined || !isBad(controls.model)),
  },
};

const level = defineControl({
  name: 'level',
  schema: z.number(),
  beforeControl: 'default',
  initial: 0,
  maxStaleness: '300ms',
});
const gauge = defineTier({
  name: 'gauge',
  input: z.object({ n: z.number() }),
  controls: { level: control<{ default: typeof level }>('level') },
  output: z.object({ level: z.number() }),
  predict: async ({ controls }) => ({ level: (await controls.level.get()).value }),
  timeout: '2s',
  retry: { backoff: '200ms' },
});

/** One key that changes about as fast as it is read. */
export const gauges: Controlled = {
  tiers: [gauge],
  controls: [level],
  input({ index, id, at, draws }) {
    const soon = () => `${Math.floor(draws.between(0, 6_000))}ms` as const;
    const change = (): SimulatedControl => {
      const value = 1 + whole(draws, 40);
      return { control: 'level', key: '*', version: value, value, after: soon() };
    };
    const read = (): SimulatedInput => ({ entry: 'gauge', flowId: id, at, data: { n: index }, after: soon() });
    return [read(), change(), change()];
  },
  eventually: {
    'an answer says what its version says': (world) =>
      world.answers().every(({ output, controls }) => (output as { level: number }).level === controls?.level),
  },
};

const Fridge = z.object({ fridge: z.string(), degrees: z.number() });
/** What version n sets; where nothing is set, version 0 is the control's `initial`. */
const limitOf = (version: number): number => (version === 0 ? 8 : version % 12);
const most = defineControl({
  name: 'most',
  schema: z.object({ fridge: z.string(), degrees: z.number() }),
  keyBy: ({ fridge }) => fridge,
  beforeControl: 'default',
  initial: { fridge: '*', degrees: limitOf(0) },
});
const alarm = defineTier({
  name: 'alarm',
  input: Fridge,
  controls: { most: control<{ default: typeof most }>('most') },
  decideWith: { most: ({ data }) => data.fridge },
  state: { schema: z.object({}), initial: {}, keyBy: ({ data }) => data.fridge },
  reevaluateOnControl: true,
  output: Fridge,
  predict: ({ data }) => data,
  gates: { destination: (output, { controls }) => (output.degrees > controls.most.value.degrees ? output : drop) },
  timeout: '2s',
  retry: { backoff: '200ms' },
});

/** Gates that decide with a control, and data that is worked again when it changes. */
export const fridges: Controlled = {
  tiers: [alarm],
  controls: [most],
  input({ id, at, draws }) {
    const fridge = draws.pick(['hall/f1', 'f2']);
    const degrees = whole(draws, 12);
    const version = 1 + whole(draws, 20);
    const key = draws.pick(['hall/f1', 'f2', 'hall/*', '*']);
    const limit = { fridge: key, degrees: limitOf(version) };
    const after = burst(draws);
    const now: SimulatedControl =
      draws.next() < 0.85
        ? { control: 'most', version, value: limit, after }
        : { control: 'most', key, version, deleted: true, after };
    return [{ entry: 'alarm', flowId: id, at, data: { fridge, degrees }, after: some(draws) }, now];
  },
  eventually: {
    'an alarm is above a limit that it names': (world) =>
      world.answers().every(({ output, controls = {} }) => {
        const { degrees } = output as z.infer<typeof Fridge>;
        return Object.values(controls).some((version) => degrees > limitOf(version));
      }),
  },
};

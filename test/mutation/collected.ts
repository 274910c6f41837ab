/** What test files say to vitest, kept instead of run, so that one process can run each test once for every mutant. */

type Step = () => unknown;
type Body = (...values: readonly unknown[]) => unknown;
type Hooks = Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Step[]>;
type Suite = { readonly names: readonly string[]; readonly hooks: readonly Hooks[] };

/** A test with the hooks around it, outermost first. */
export type Collected = {
  readonly id: string;
  readonly file: string;
  readonly hooks: readonly Hooks[];
  readonly body: Step;
};

const noHooks = (): Hooks => ({ beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] });

const found = new Map<string, Collected>();
let file = '';
let suite: Suite = { names: [], hooks: [] };
let finished: Step[] = [];

/** Loads a test file and returns the tests in it. */
export async function collect(path: string, load: () => Promise<unknown>): Promise<readonly Collected[]> {
  file = path;
  suite = { names: [path], hooks: [noHooks()] };
  await load();
  return [...found.values()].filter((test) => test.file === path);
}

/** The file of the test that runs. */
export let running = '';

/** Runs a test alone: hooks for a whole suite run around each test, so that no test needs another. */
export async function runAlone({ file: of, hooks, body }: Collected): Promise<void> {
  finished = [];
  running = of;
  try {
    for (const { beforeAll, beforeEach } of hooks) for (const step of [...beforeAll, ...beforeEach]) await step();
    await body();
  } finally {
    for (const step of finished.toReversed()) await step();
    for (const { afterEach, afterAll } of hooks.toReversed())
      for (const step of [...afterEach, ...afterAll]) await step();
  }
}

function define(name: string, body: Step): void {
  const names = [...suite.names, name].join(' > ');
  let id = names;
  for (let n = 2; found.has(id); n += 1) id = `${names} (${n})`;
  found.set(id, { id, file, hooks: suite.hooks, body });
}

function describeSuite(name: string, body: Step): void {
  const outer = suite;
  suite = { names: [...outer.names, name], hooks: [...outer.hooks, noHooks()] };
  body();
  suite = outer;
}

const hook = (name: keyof Hooks) => (step: Step) => void suite.hooks.at(-1)?.[name].push(step);

/** `test('…', options?, body)`: the body is the last function. */
const bodyOf = (values: readonly unknown[]): Body => values.findLast((value) => typeof value === 'function') as Body;

const each =
  (add: (name: string, body: Step) => void) =>
  (cases: readonly unknown[]) =>
  (name: string, ...rest: readonly unknown[]): void => {
    for (const [index, value] of cases.entries()) {
      add(`${name} [${index}]`, () => bodyOf(rest)(...(Array.isArray(value) ? value : [value])));
    }
  };

const plain = (add: (name: string, body: Step) => void) =>
  Object.assign((name: string, ...rest: readonly unknown[]): void => add(name, () => bodyOf(rest)({})), {
    each: each(add),
  });

const tests = plain(define);
const none = Object.assign(() => undefined, { each: () => () => undefined });

export const test: object = Object.assign(tests, { concurrent: tests, runIf: (yes: unknown) => (yes ? tests : none) });
export const it: object = test;
export const describe: object = plain(describeSuite);
export const beforeAll: (step: Step) => void = hook('beforeAll');
export const beforeEach: (step: Step) => void = hook('beforeEach');
export const afterEach: (step: Step) => void = hook('afterEach');
export const afterAll: (step: Step) => void = hook('afterAll');
export const onTestFinished = (step: Step): void => void finished.push(step);

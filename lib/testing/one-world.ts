import { SluiceError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import type { Deployment } from './deployment.ts';
import type { Endings } from './ends.ts';
import type { FaultKey, FaultRates } from './faults.ts';
import { FAULTS, someFaults } from './faults.ts';
import { type FlowMaker, sendsOf } from './input.ts';
import type { Broken } from './laws/law.ts';
import { sendInput } from './send-input.ts';
import { simulateInside } from './simulate.ts';
import type { Shared } from './tasks.ts';
import type { WorldView } from './view.ts';

/** A law of your own: false, a text or an error say that it is broken. */
export type UserLaw = (world: WorldView) => boolean | string | undefined;

/** Laws by their names. */
export type UserLaws = Readonly<Record<string, UserLaw>>;

/** One world: its seed, and what of it is left out. */
export interface WorldChoice {
  readonly seed: number;
  /** Flows by their index. */
  readonly flows: readonly number[];
  /** The faults that may happen; all that the seed has, where it is left out. */
  readonly only?: ReadonlySet<FaultKey>;
}

/** Runs one world to its end. */
export type RunWorld = (choice: WorldChoice) => Promise<{
  readonly broken: readonly Broken[];
  readonly faults: readonly FaultKey[];
  /** Messages that were sent from outside. */
  readonly sent: number;
  readonly endings: Endings;
  readonly view: WorldView;
}>;

/** What all worlds of a check have in common. */
export interface WorldsOptions {
  readonly deployment: Deployment;
  readonly make: FlowMaker;
  readonly faults: FaultRates | 'some' | 'all' | 'none';
  readonly always: UserLaws;
  readonly eventually: UserLaws;
  readonly shared?: Shared;
  /** Dead letters are sent back: while faults happen, which redriving suffers like all else, and once the world has healed. */
  readonly redrive?: boolean;
}

/** Faults happen for two hours. Three times meanwhile dead letters are sent back, as well as faults let it be done; */
const WHILE_FAULTS = ['1m', '20s', '40m'] as const;
/** and once when they are over. */
const HEALED_AFTER = '3h';

export function worldRunner(options: WorldsOptions): RunWorld {
  const { deployment, make, faults, always, eventually, shared, redrive } = options;
  return async ({ seed, flows, only }) => {
    const broken = new Map<string, Broken>();
    const judge = (laws: UserLaws, view: WorldView): void => {
      for (const [law, holds] of Object.entries(laws)) {
        const message = broken.has(law) ? undefined : problemOf(law, holds, view);
        if (message !== undefined) broken.set(law, { law, at: view.now, message });
      }
    };
    const listens = Object.keys(always).length > 0;
    const world = simulateInside(
      deployment,
      { seed, faults: ratesOf(faults, seed) },
      {
        ...(shared && { shared }),
        ...(only && { only }),
        ...(listens && { onStep: (view: WorldView) => judge(always, view) }),
      },
    );
    const sends = await sendsOf(make, seed, flows, world.now);
    for (const { send, atMs } of sends) {
      if (atMs > world.now) await world.advance(`${atMs - world.now}ms`);
      await sendInput(world, send);
    }
    if (redrive) {
      for (const time of WHILE_FAULTS) {
        await world.advance(time);
        world.startRedrive();
      }
      await world.advance(HEALED_AFTER);
      await world.redrive();
    }
    await world.end();
    judge(eventually, world);
    const all = [...world.violations(), ...broken.values()];
    return { broken: all, faults: world.faults(), sent: sends.length, endings: world.endings(), view: world };
  };
}

function ratesOf(faults: WorldsOptions['faults'], seed: number): FaultRates {
  if (faults === 'some') return someFaults(seed);
  if (faults === 'all') return FAULTS;
  return faults === 'none' ? {} : faults;
}

function problemOf(name: string, law: UserLaw, view: WorldView): string | undefined {
  let said: unknown;
  try {
    said = law(view);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (typeof said === 'string') return said;
  if (said === false) return 'it does not hold';
  if (said === true || said === undefined) return undefined;
  throw noVerdict(name, said);
}

/** Taken for a law that holds, it would never be broken. */
function noVerdict(law: string, said: unknown): SluiceError {
  const isAsync = isPromise(said);
  // Whatever becomes of it is nobody's business any more.
  if (isAsync) said.then(undefined, () => undefined);
  const fix = 'Laws are synchronous, and return true or nothing where they hold, false or a text where they do not.';
  const what = isAsync ? 'a promise' : JSON.stringify(said);
  return new SluiceError('option-invalid', `the law "${law}" gives ${what}, which is no verdict`, { fix });
}

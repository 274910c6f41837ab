import { SluiceError } from '../core/errors.ts';
import { rejectUnknownKeys, requireFunctions, requireOption } from '../core/options.ts';
import type { ApplicationOptions } from './application.ts';
import { FAULTS, type FaultRates } from './faults.ts';
import type { FlowMaker, SimulatedInput } from './input.ts';
import type { UserLaws } from './one-world.ts';
import { requireFaults, requireKnown, requireNextIsRun, requireSeed } from './options.ts';
import type { SmallWorld } from './shrink.ts';

/** What to check. */
export type CheckOptions = ApplicationOptions & {
  /** How many worlds, or which: `{ from: 7, count: 1 }` is the world of seed 7. Default 100. */
  readonly seeds?: number | { readonly from: number; readonly count: number };
  /** Flows in each world. Default 20. */
  readonly flows?: number;
  /** Makes a flow, and the control messages that come with it; from a list, flows like those in it are made in turn. */
  readonly input: FlowMaker | readonly SimulatedInput[];
  /** Laws of your own that hold after every step. They are asked often: keep them short. */
  readonly always?: UserLaws;
  /** Laws of your own that hold when nothing is left that could happen. */
  readonly eventually?: UserLaws;
  /** How often which fault happens. Default `'some'`: in each world some of them, at their usual rates. */
  readonly faults?: FaultRates | 'some' | 'all' | 'none';
  /** `predict` is a function of its input alone, so it runs once for each, and `load` once at all: for models that are slow. */
  readonly pure?: boolean;
  /**
   * All dead letters are sent back to where they came from: three times while faults happen, by a process that suffers
   * them and is run again where it dies or fails, and once when they are over.
   */
  readonly redrive?: boolean;
  /** The world of a violation again: this seed, these flows and these faults, and no others. */
  readonly only?: SmallWorld;
  /** Called after each world. */
  readonly onSeed?: (done: number, violations: number) => void;
  /** Ends the check after the world at hand; the result is about those that were done. */
  readonly signal?: AbortSignal;
};

const KEYS = [
  'application',
  'tiers',
  'destination',
  'controls',
  'next',
  'seeds',
  'flows',
  'input',
  'always',
  'eventually',
  'faults',
  'pure',
  'redrive',
  'only',
  'onSeed',
  'signal',
];

/**
 * A check that is asked wrongly would find nothing: modules without types are read as well.
 *
 * @throws SluiceError `option-unknown`, `option-invalid`
 */
export function requireCheckOptions(options: CheckOptions): void {
  rejectUnknownKeys(options, KEYS, 'check');
  const { seeds = 100, flows = 20, input, always = {}, eventually = {}, faults = 'some', only, signal } = options;
  const isRange = typeof seeds === 'object' && seeds !== null;
  if (isRange) rejectUnknownKeys(seeds, ['from', 'count'], 'seeds of check');
  const { from, count } = isRange ? seeds : { from: 1, count: seeds };
  requireCount(count, isRange ? 'seeds.count' : 'seeds');
  requireSeed(from, 'check', 'seeds.from');
  requireCount(flows, 'flows');
  if (typeof input !== 'function' && !(Array.isArray(input) && input.length > 0)) {
    throw new SluiceError('option-invalid', 'check has nothing to send', {
      fix: "Give input: ({ id }) => ({ entry: '<tier>', flowId: id, data: … }), or a list of such sends.",
    });
  }
  requireLaws(always, 'always');
  requireLaws(eventually, 'eventually');
  requireFaults(faults, ['some', 'all', 'none'], 'check');
  requireNextIsRun(options.next, faults, 'check');
  for (const key of ['pure', 'redrive'] as const) {
    const value = options[key];
    requireOption(value === undefined || typeof value === 'boolean', 'check', key, value, 'true or false');
  }
  requireFunctions(options, ['onSeed'], 'check');
  requireOption(signal === undefined || signal instanceof AbortSignal, 'check', 'signal', signal, 'an AbortSignal');
  if (only !== undefined) requireWorld(only);
}

function requireCount(value: unknown, option: string): void {
  requireOption(Number.isSafeInteger(value) && (value as number) > 0, 'check', option, value, 'a whole number from 1');
}

function requireLaws(laws: unknown, option: string): asserts laws is UserLaws {
  requireOption(typeof laws === 'object' && laws !== null, 'check', option, laws, 'laws by their names');
  requireFunctions(laws as UserLaws, Object.keys(laws as UserLaws), `check, ${option}`);
}

/** A world that is named on the command line may be anything. */
function requireWorld(only: SmallWorld): void {
  const what = 'only of check';
  requireOption(typeof only === 'object' && only !== null, 'check', 'only', only, 'a world: seed, flows and faults');
  rejectUnknownKeys(only, ['seed', 'flows', 'faults'], what);
  const { seed, flows, faults } = only;
  requireSeed(seed, what, 'seed');
  const isIndices = Array.isArray(flows) && flows.length > 0 && flows.every((i) => Number.isSafeInteger(i) && i >= 0);
  requireOption(isIndices, what, 'flows', flows, 'a list of whole numbers from 0');
  const isTexts = Array.isArray(faults) && faults.every((fault) => typeof fault === 'string');
  requireOption(isTexts, what, 'faults', faults, 'a list of faults that happened');
  for (const fault of faults) requireKnown(fault.split('@', 1)[0]!, Object.keys(FAULTS), 'fault');
}

import { SluiceError } from '../core/errors.ts';
import type { AgainQueue, ControlUse, Limits, NextTier, TierNames, TierPlan } from '../core/plan.ts';

/** What a deployed tier function must know beyond its own file; the construct writes it, the handler reads it. */
export interface FunctionConfig {
  readonly application: string;
  readonly version: string;
  readonly file: string;
  readonly mode: TierPlan['mode'];
  readonly reads: TierPlan['reads'];
  readonly deadLetters: string;
  readonly answers: string;
  readonly next: NextTier | null;
  readonly limits: Limits;
  /** The controls that the tier reads. */
  readonly controls?: readonly ControlUse[];
  /** Names of the tiers that built-in controls may be about, for the function that applies controls. */
  readonly tiers?: TierNames;
  /** The queues that function sends to, by the control that was applied. */
  readonly again?: Readonly<Record<string, readonly AgainQueue[]>>;
  /** Queue URLs by logical name: every queue this tier reads or sends to. */
  readonly queues: Readonly<Record<string, string>>;
  /** Where the function's decisions go; standard output, where it does not say. */
  readonly log?: { readonly streams: Readonly<Record<string, string>>; readonly otherwise?: string };
  readonly table: string | null;
  readonly bucket: string | null;
  /** Further buckets that objects may be read from. */
  readonly allowedBuckets: readonly string[];
}

/** The environment variable that holds a {@link FunctionConfig} as JSON. */
export const FUNCTION_CONFIG = 'SLUICE_FUNCTION';

/** Reads the function's configuration. @throws SluiceError `option-invalid` when it is missing or no JSON */
export function readFunctionConfig(env: Readonly<Record<string, string | undefined>>): FunctionConfig {
  const text = env[FUNCTION_CONFIG];
  try {
    if (text) return JSON.parse(text) as FunctionConfig;
  } catch {
    // Reported below, as a missing one is.
  }
  throw new SluiceError(
    'option-invalid',
    `the environment variable ${FUNCTION_CONFIG} is ${text ? 'not JSON' : 'missing'}`,
    {
      fix: 'Deploy the tier with the Cascade construct of sluice/cdk, which sets it.',
    },
  );
}

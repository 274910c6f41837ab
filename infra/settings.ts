import type { Duration } from 'aws-cdk-lib';
import { SluiceError } from '../lib/core/errors.ts';
import type { Limits } from '../lib/core/plan.ts';

/**
 * What a deployment says differently from a tier's file.
 *
 * @example
 * ```ts no-run
 * const tiers = { deep: { memorySize: 3008, maxConcurrency: 20 } };
 * ```
 */
export interface TierOverrides {
  /** MiB; Lambda gives one vCPU per 1,769 MiB. */
  readonly memorySize?: number;
  /** MiB of `/tmp`, 512 to 10,240. */
  readonly ephemeralStorageSize?: number;
  readonly batchSize?: number;
  /** How long a batch waits for more messages after its first; whole seconds. */
  readonly window?: Duration;
  /** Invocations at a time, over all queues of the tier. */
  readonly maxConcurrency?: number;
  /** Pollers of one's own instead of `maxConcurrency`: they scale three times as fast, and cost by the hour. */
  readonly pollers?: { readonly minimum?: number; readonly maximum?: number };
  /** Takes this much of the account's concurrency for the tier alone. */
  readonly reservedConcurrency?: number;
  /** Variables of the function's environment beside its own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** False: messages wait. */
  readonly enabled?: boolean;
  /** Messages older than this raise the alarm. */
  readonly oldestMessageAge?: Duration;
}

/** How a function is sized and fed. */
export interface Settings {
  readonly memorySize: number;
  readonly ephemeralStorageSize: number;
  readonly timeoutSeconds: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly visibilitySeconds: number;
  /** For each queue of the tier, in order; empty where nothing limits them. */
  readonly maxConcurrency: readonly number[];
}

/** What settings follow from. */
export interface SettingsInput {
  readonly name: string;
  readonly limits: Limits;
  readonly timing: { readonly batchSize: number; readonly windowMs: number };
  readonly memory: number | undefined;
  readonly maxConcurrency: number | undefined;
  readonly queues: number;
}

/** Lambda ends every function after 15 minutes. */
const MOST_SECONDS = 900;
/** Lambda gathers more than ten messages only where it may wait for them (developer guide, SQS event sources). */
const UNWINDOWED_BATCH = 10;

/** Sizes a function and its event sources in the whole seconds that AWS counts in. @throws SluiceError `option-invalid` */
export function settingsFor(input: SettingsInput, overrides: TierOverrides = {}): Settings {
  const timeoutSeconds = Math.ceil(input.limits.functionMs / 1_000);
  if (timeoutSeconds > MOST_SECONDS) {
    throw invalid(input.name, `needs ${timeoutSeconds} s an invocation, and Lambda gives ${MOST_SECONDS}`, {
      fix: 'Lower its timeout; predictBatch needs it twice, for a batch that fails is tried one by one.',
    });
  }
  const batchSize = overrides.batchSize ?? input.timing.batchSize;
  const asked = overrides.window?.toSeconds() ?? Math.ceil(input.timing.windowMs / 1_000);
  const windowSeconds = batchSize > UNWINDOWED_BATCH ? Math.max(asked, 1) : asked;
  return {
    memorySize: overrides.memorySize ?? input.memory ?? 1_024,
    ephemeralStorageSize: overrides.ephemeralStorageSize ?? 512,
    timeoutSeconds,
    batchSize,
    windowSeconds,
    visibilitySeconds: Math.max(Math.ceil(input.limits.visibilityMs / 1_000), 6 * timeoutSeconds + windowSeconds),
    maxConcurrency: overrides.pollers && !overrides.maxConcurrency ? [] : shares(input, overrides),
  };
}

/** Each queue has an event source of its own, so they share the tier's limit between them. */
function shares({ name, queues, maxConcurrency }: SettingsInput, overrides: TierOverrides): readonly number[] {
  const limit = overrides.maxConcurrency ?? maxConcurrency;
  if (limit === undefined) return [];
  if (limit < 2 * queues) {
    throw invalid(name, `has maxConcurrency ${limit}, and an SQS event source of Lambda takes at least 2 a queue`, {
      fix: `Set it to ${2 * queues} or more, here or in tiers: { '${name}': { maxConcurrency: ${2 * queues} } }; for one at a time use pace.`,
    });
  }
  return Array.from({ length: queues }, (_, i) => Math.floor((limit + i) / queues));
}

function invalid(tier: string, problem: string, { fix }: { readonly fix: string }): SluiceError {
  return new SluiceError('option-invalid', `tier "${tier}" ${problem}`, { tier, fix });
}

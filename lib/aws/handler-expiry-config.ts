import { SluiceError } from '../core/errors.ts';
import type { FunctionConfig } from './function-config.ts';

/** What the function that watches the flow table's deletions must know; the construct writes it. */
export interface ExpiryConfig extends Pick<FunctionConfig, 'application' | 'queues' | 'table' | 'bucket' | 'log'> {
  /** The tiers that join: only their items are flows. */
  readonly tiers: readonly { readonly name: string; readonly version: string }[];
}

/** The environment variable that holds an {@link ExpiryConfig} as JSON. */
export const EXPIRY_CONFIG = 'SLUICE_EXPIRY';

/** Reads it. @throws SluiceError `option-invalid` when it is missing or no JSON */
export function readExpiryConfig(env: Readonly<Record<string, string | undefined>>): ExpiryConfig {
  const text = env[EXPIRY_CONFIG];
  try {
    if (text) return JSON.parse(text) as ExpiryConfig;
  } catch {
    // Reported below, as a missing one is.
  }
  const found = text ? 'not JSON' : 'missing';
  throw new SluiceError('option-invalid', `the environment variable ${EXPIRY_CONFIG} is ${found}`, {
    fix: 'Deploy the application with the Cascade construct of sluice/cdk, which sets it.',
  });
}

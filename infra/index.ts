export type { AlarmOptions } from './alarms.ts';
export { Cascade } from './cascade.ts';
export type { CascadeProps } from './cascade-props.ts';
export { findQueueFaults, queueChecks } from './checks.ts';
export type { Finding } from './checks-rules.ts';
export type { MetricName } from './metrics.ts';
export type { TierOverrides } from './settings.ts';
export { DeployedTier } from './tier.ts';

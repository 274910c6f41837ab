export type { BeforeControl, ControlOptions } from './core/control/definition.ts';
export { defineControl } from './core/control/definition.ts';
export type { ModelSetting } from './core/control/model.ts';
export { model } from './core/control/model.ts';
export type { Threshold } from './core/control/threshold.ts';
export { threshold } from './core/control/threshold.ts';
export type { AnyControl, Control, ControlReading, ControlRef, ControlValue } from './core/control/types.ts';
export { control } from './core/control/types.ts';
export type { Decision, DecisionRecord } from './core/decision.ts';
export type { Destination } from './core/destination.ts';
export { defineDestination } from './core/destination.ts';
export type { Gate } from './core/drop.ts';
export { drop } from './core/drop.ts';
export type { Duration } from './core/duration.ts';
export type { ErrorCode, ErrorPlace } from './core/errors.ts';
export { isSluiceError, RetryableError, SluiceError, TerminalError } from './core/errors.ts';
export type { Comparison, DecisionChange, TierComparison, TierDecision } from './core/log/compare.ts';
export type { LineProblem } from './core/log/record.ts';
export type { Redecided, RedecidedTier } from './core/log/redecided.ts';
export type { FlowCounts } from './core/log/tally.ts';
export type { LazyObject, NoObjects, ObjectReference, ObjectSpec } from './core/object-reference.ts';
export type { StateOptions, TierState } from './core/state/types.ts';
export type { Join, Stream } from './core/stream.ts';
export { stream } from './core/stream.ts';
export { defineTier, tier } from './core/tier.ts';
export type { TierOptions, TypesFor } from './core/tier-options.ts';
export type {
  Answer,
  AnyTier,
  LoadContext,
  PredictContext,
  Tier,
  TierRef,
  TierTypes,
  TypesOf,
} from './core/tier-types.ts';
export type { Cloud } from './ports/cloud.ts';
export type { LogFile, LogRange } from './ports/decision-log.ts';
export type { Client } from './runtime/client.ts';
export { connect } from './runtime/client.ts';
export type { ControlClient, SentControl, SetOptions } from './runtime/controls/client.ts';
export { connectControl } from './runtime/controls/client.ts';
export type { DecisionReading, LogProblem, ReadOptions, ReadSummary } from './runtime/log/read-decisions.ts';
export { readDecisions } from './runtime/log/read-decisions.ts';
export type { FlowChange, RedecidedLog, RedecideLogOptions } from './runtime/log/redecide.ts';
export { redecide } from './runtime/log/redecide.ts';
export type { DecisionSource } from './runtime/log/source.ts';
export type { SendOptions, Sent } from './runtime/send-options.ts';

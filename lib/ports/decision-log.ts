import type { DecisionRecord } from '../core/decision.ts';

/** Where decision records go. */
export interface DecisionLog {
  write(records: readonly DecisionRecord[]): Promise<void>;
  /** The records of one flow, oldest first. */
  flow(flowId: string): Promise<readonly DecisionRecord[]>;
  /** What has been written, where this log can be read back. */
  files?(range?: LogRange): AsyncIterable<LogFile>;
}

/** Which part of a log is asked for; a log may give more than that, and never less. */
export interface LogRange {
  /** Decided at this time or later, ms since the epoch. */
  readonly from?: number;
  /** Decided before this time, ms since the epoch. */
  readonly to?: number;
  /** Names of tiers. */
  readonly tiers?: readonly string[];
}

/** One file of a log: NDJSON, gzipped or not. */
export interface LogFile {
  readonly name: string;
  /** What it holds, in pieces; a piece is whole until the next one is asked for. */
  bytes(): AsyncIterable<Uint8Array>;
}

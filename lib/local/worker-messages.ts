import { type ErrorCode, type ErrorInfo, type ErrorPlace, isSluiceError, SluiceError } from '../core/errors.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import type { ControlUse } from '../core/plan.ts';
import type { ControlFound } from '../core/step/effects.ts';
import type { PredictRequest, PredictResult } from '../ports/predictor.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly file: string;
  readonly version: string;
  /** The main thread's bucket: the store itself stays there. */
  readonly bucket: string;
  /** The controls the tier reads; finding what they say stays with the main thread. */
  readonly controls: readonly ControlUse[];
}

export type ToWorker =
  | { readonly type: 'predict'; readonly job: number; readonly requests: readonly PredictRequest[] }
  | ObjectReply
  | ControlReply;

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly job: number; readonly results: readonly PackedResult[] }
  | ({ readonly type: 'object' } & ObjectCall)
  | ControlCall;

/** A worker asks what a control says. */
export interface ControlCall {
  readonly type: 'control';
  readonly call: number;
  readonly name: string;
  readonly key: string;
}

export interface ControlReply {
  readonly type: 'control';
  readonly call: number;
  readonly value?: ControlFound;
  readonly error?: PackedError;
}

/** A call of the object store from a worker. */
export type ObjectCall =
  | { readonly call: number; readonly do: 'get'; readonly reference: ObjectReference }
  | {
      readonly call: number;
      readonly do: 'put';
      readonly key: string;
      readonly bytes: Uint8Array;
      readonly contentType: string | undefined;
    };

export interface ObjectReply {
  readonly type: 'object';
  readonly call: number;
  readonly value?: Uint8Array | ObjectReference;
  readonly error?: PackedError;
}

/** An error that survives the way between threads with its code, place and retry. */
export interface PackedError {
  readonly message: string;
  readonly sluice?: {
    readonly code: ErrorCode;
    readonly place: ErrorPlace;
    readonly fix?: string;
    readonly retry?: ErrorInfo['retry'];
    /** Facts that a program branches on; others stay in their thread, for they may not be clonable. */
    readonly details?: { readonly beforeControl: unknown };
  };
}

export type PackedResult =
  | Exclude<PredictResult, { error: Error }>
  | { readonly packed: PackedError; readonly fetched: { bytes: number; calls: number } };

export function packError(error: Error): PackedError {
  if (!isSluiceError(error)) return { message: error.message };
  const { code, place, fix, retry, problem, details } = error;
  return {
    message: problem,
    sluice: {
      code,
      place,
      ...(fix !== undefined && { fix }),
      ...(retry !== undefined && { retry }),
      ...(details.beforeControl !== undefined && { details: { beforeControl: details.beforeControl } }),
    },
  };
}

export function unpackError(packed: PackedError): Error {
  if (!packed.sluice) return new Error(packed.message);
  const { code, place, fix, retry, details } = packed.sluice;
  return new SluiceError(code, packed.message, {
    ...place,
    ...(fix !== undefined && { fix }),
    ...(retry !== undefined && { retry }),
    ...(details && { details }),
  });
}

export function packResult(result: PredictResult): PackedResult {
  return 'error' in result ? { packed: packError(result.error), fetched: result.fetched } : result;
}

export function unpackResult(result: PackedResult): PredictResult {
  return 'packed' in result ? { error: unpackError(result.packed), fetched: result.fetched } : result;
}

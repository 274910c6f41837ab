import type { ObjectReferences } from '../core/object-reference.ts';

/** One prediction asked of a tier's model. */
export interface PredictRequest {
  readonly flowId: string;
  readonly attempt: number;
  readonly data: unknown;
  readonly signal: unknown;
  readonly objects: ObjectReferences;
  readonly signalObjects: ObjectReferences;
  /** Key prefix of the objects this prediction produces. */
  readonly producePrefix: string;
}

/** What came of it. */
export type PredictResult =
  | {
      readonly output: unknown;
      /** Model milliseconds; a batch's are shared evenly. */
      readonly ms: number;
      /** CPU milliseconds of the thread that predicted, where it does nothing else meanwhile: a worker thread's. */
      readonly cpuMs?: number;
      readonly produced: ObjectReferences;
      readonly fetched: Fetched;
    }
  | { readonly error: Error; readonly fetched: Fetched };

/** Object traffic of one prediction. */
export interface Fetched {
  readonly bytes: number;
  /** Gets and puts. */
  readonly calls: number;
}

/** Runs a tier's model: in this thread, in a worker thread, or wherever an adapter puts it. Never rejects. */
export interface Predictor {
  predict(requests: readonly PredictRequest[]): Promise<readonly PredictResult[]>;
  close(): Promise<void>;
}

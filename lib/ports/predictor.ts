import type { Ask, PredictOutcome } from '../core/step/effects.ts';

/** One prediction asked of a tier's model. */
export type PredictRequest = Ask;

/** What came of it. */
export type PredictResult = PredictOutcome;

/** Runs a tier's model: in this thread, in a worker thread, or wherever an adapter puts it. Never rejects. */
export interface Predictor {
  predict(requests: readonly PredictRequest[]): Promise<readonly PredictResult[]>;
  close(): Promise<void>;
}

import type { Json } from '../core/json.ts';

/** Answers longer than this are compared by their beginnings. */
const MOST = 500;

/**
 * The answer in a prediction, as text: the field that is named, else its field `label`, else the prediction itself where it is
 * no object. What else could be the answer is not guessed.
 */
export function answerText(prediction: Json, field?: string): string | undefined {
  const isObject = typeof prediction === 'object' && prediction !== null && !Array.isArray(prediction);
  const answer = isObject ? (prediction as Readonly<Record<string, Json>>)[field ?? 'label'] : prediction;
  if (answer === undefined) return undefined;
  return (typeof answer === 'object' ? JSON.stringify(answer) : String(answer)).slice(0, MOST);
}

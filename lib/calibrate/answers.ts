import { SluiceError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/** Turns predictions and labels into numbers, equal answers into equal ones. */
export interface AnswerBook {
  /** The answer in a prediction. */
  ofPrediction(prediction: Json, tier: string): number;
  /** A label as the labels' file has it. */
  ofLabel(label: Json): number;
}

/** A book of answers; `field` names the one that holds the answer where predictions are objects. */
export function answerBook(field?: string): AnswerBook {
  const numbers = new Map<string, number>();
  const number = (answer: Json): number => {
    // A label file may say 5 where the model says "5".
    const text = typeof answer === 'object' ? JSON.stringify(answer) : String(answer);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
  return { ofPrediction: (prediction, tier) => number(answerIn(prediction, field, tier)), ofLabel: number };
}

/** A field `label` needs not be named; what else counts as the answer cannot be guessed: a confidence is part of none. */
function answerIn(prediction: Json, field: string | undefined, tier: string): Json {
  if (typeof prediction !== 'object' || prediction === null || Array.isArray(prediction)) return prediction;
  const answer = (prediction as Readonly<Record<string, Json>>)[field ?? 'label'];
  if (answer !== undefined) return answer;
  const missing =
    field === undefined
      ? 'which field of a prediction is its answer is not known'
      : `a prediction has no field "${field}"`;
  throw new SluiceError('option-invalid', missing, {
    tier,
    fix: `Name one: --answer <field>. There are: ${Object.keys(prediction).join(', ')}.`,
  });
}

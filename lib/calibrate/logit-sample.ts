import type { Json } from '../core/json.ts';
import { confidenceAt, fitTemperature, type LogitRow } from './temperature.ts';

/** What a tier's logits should be divided by, and what that does to how sure it says it is. */
export interface TierTemperature {
  readonly tier: string;
  /** Predictions it was fitted on. */
  readonly predictions: number;
  /** 1: they are calibrated as they are. */
  readonly temperature: number;
  /** How far mean confidence is from the share of right answers, 0 to 1: as logged, and divided by the temperature. */
  readonly gap: { readonly before: number; readonly after: number };
}

/** Logits of some predictions of one tier. */
export interface LogitSample {
  /** Predictions kept. */
  readonly size: number;
  /** Fields of a prediction that had no logits. */
  readonly others: readonly string[];
  add(row: number, prediction: Json): void;
  /** `isTruth`: whether a class is the reference of a flow. */
  fitted(tier: string, isTruth: (row: number, name: Json) => boolean): TierTemperature | undefined;
}

/** One number is fitted: more predictions would not change it. */
const MOST = 5_000;

/** Keeps the first predictions whose `field` holds logits: by class name, or in the order of classes 0, 1, 2, … */
export function logitSample(field: string): LogitSample {
  const kept = new Map<number, readonly (readonly [name: Json, logit: number])[]>();
  let others: readonly string[] = [];
  return {
    get size() {
      return kept.size;
    },
    get others() {
      return others;
    },
    add(row, prediction) {
      if (kept.size >= MOST || kept.has(row)) return;
      const logits = logitsIn(prediction, field);
      if (logits) kept.set(row, logits);
      else if (others.length === 0 && typeof prediction === 'object' && prediction) others = Object.keys(prediction);
    },
    fitted(tier, isTruth) {
      const rows: LogitRow[] = [...kept].flatMap(([row, classes]) => {
        const truth = classes.findIndex(([name]) => isTruth(row, name));
        return truth === -1 ? [] : [{ logits: classes.map(([, logit]) => logit), truth }];
      });
      if (rows.length === 0) return undefined;
      const temperature = fitTemperature(rows);
      const gap = { before: gapAt(rows, 1), after: gapAt(rows, temperature) };
      return { tier, predictions: rows.length, temperature, gap };
    },
  };
}

function logitsIn(prediction: Json, field: string): readonly (readonly [Json, number])[] | undefined {
  if (typeof prediction !== 'object' || prediction === null || Array.isArray(prediction)) return undefined;
  const logits = (prediction as Readonly<Record<string, Json>>)[field];
  if (typeof logits !== 'object' || logits === null) return undefined;
  const classes: readonly (readonly [Json, Json])[] = Array.isArray(logits)
    ? [...logits.entries()]
    : Object.entries(logits);
  return classes.length >= 2 && classes.every(([, logit]) => typeof logit === 'number')
    ? (classes as [Json, number][])
    : undefined;
}

function gapAt(rows: readonly LogitRow[], temperature: number): number {
  const sure = rows.reduce((sum, { logits }) => sum + confidenceAt(logits, temperature), 0);
  const right = rows.filter(({ logits, truth }) => logits[truth] === Math.max(...logits)).length;
  return Math.abs(sure - right) / rows.length;
}

import { toError } from '../core/errors.ts';
import type { BesidePrediction } from '../report/quality.ts';
import { notFound, wrongUsage } from './failure.ts';
import { inputLines } from './input-lines.ts';

/** Reads predictions that were made beside the cascade: NDJSON lines with `flowId`, `tier`, `output` and `score`. */
export async function readBeside(file: string): Promise<readonly BesidePrediction[]> {
  const found: BesidePrediction[] = [];
  try {
    for await (const { lines } of inputLines(file)) {
      for (const { number, text } of lines) {
        if (text.trim() === '') continue;
        const prediction = predictionIn(text);
        if (!prediction) {
          throw wrongUsage(
            `line ${number} of ${file} is no prediction`,
            'Each line is {"flowId":"…","tier":"…","output":…,"score":0.9}; the score may be left out.',
          );
        }
        found.push(prediction);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw notFound('file', `the predictions cannot be read: ${toError(error).message}`, 'Name an NDJSON file.');
  }
  return found;
}

function predictionIn(text: string): BesidePrediction | undefined {
  let line: Partial<BesidePrediction> | null;
  try {
    line = JSON.parse(text) as Partial<BesidePrediction> | null;
  } catch {
    return undefined;
  }
  const { flowId, tier, output, score } = line ?? {};
  const fits =
    typeof flowId === 'string' &&
    typeof tier === 'string' &&
    output !== undefined &&
    (score === undefined || typeof score === 'number');
  return fits ? { flowId, tier, output, ...(score !== undefined && { score }) } : undefined;
}

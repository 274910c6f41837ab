import type { Answer } from '../core/tier-types.ts';

/** An answer as one line of NDJSON; produced objects as their references. */
export function answerJson(answer: Answer): object {
  const { id, flowId, tier, version, output, score, threshold, controls, eventTime, objects } = answer;
  const references = Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, object.reference]));
  return {
    flowId,
    tier,
    output,
    ...(score !== undefined && { score }),
    ...(threshold !== undefined && { threshold }),
    ...(controls && { controls }),
    ...(Object.keys(references).length > 0 && { objects: references }),
    id,
    version,
    eventTime,
  };
}

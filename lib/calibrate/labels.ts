import { SluiceError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/** A flow's true answer. */
export interface Label {
  readonly flowId: string;
  readonly label: Json;
}

/**
 * Labels by flow. A flow may be labelled twice if both labels are the same.
 *
 * @throws {SluiceError} `file-invalid` where labels contradict each other, or there is none.
 */
export function collectLabels(labels: Iterable<Label>): ReadonlyMap<string, Json> {
  const byFlow = new Map<string, Json>();
  const contradicted = new Set<string>();
  for (const { flowId, label } of labels) {
    const known = byFlow.get(flowId);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(label)) contradicted.add(flowId);
    byFlow.set(flowId, label);
  }
  if (contradicted.size > 0) {
    const some = [...contradicted].slice(0, 3).map((flow) => JSON.stringify(flow));
    throw new SluiceError(
      'file-invalid',
      `${contradicted.size} flows have labels that contradict each other: ${some.join(', ')}`,
      {
        fix: 'Settle which is true, or leave those flows without a label.',
        details: { flows: [...contradicted] },
      },
    );
  }
  if (byFlow.size === 0)
    throw new SluiceError('file-invalid', 'there is no label', { fix: 'Give lines of {"flowId":"…","label":…}.' });
  return byFlow;
}

import { type CallCounter, countCalls } from '../../lib/runtime/call-counter.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { tierHandler } from '../../lib/runtime/handler.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';
import type { TestCascade } from '../support/cascade.ts';

/** One more warm instance of a cascade's first tier: what it knows of controls, and its model, are its own. */
export interface Instance {
  /** Calls it made itself. */
  readonly calls: CallCounter;
  /** Works off one batch of the tier's queue, `times` over. */
  deliver(options?: { readonly max?: number; readonly times?: number }): Promise<number>;
}

export function instanceOf({ cloud: shared, graph, clock }: TestCascade): Instance {
  const { cloud, calls } = countCalls(shared);
  const plan = graph.tiers[0]!;
  const { tier, version, reads } = plan;
  const { queue: name } = reads[0]!;
  const controls = controlReader(cloud.table, clock, plan.controls ?? []);
  const predictor = createPredictor({ tier, version, objects: cloud.objects, controls, clock });
  const handle = tierHandler(plan, name, cloud, predictor, { controls });
  return {
    calls,
    async deliver({ max = 10, times = 1 } = {}) {
      const queue = shared.queue(name);
      const messages = await queue.receive({ max, visibilityMs: 60_000, waitMs: 0 });
      let failed: readonly string[] = [];
      for (let i = 0; i < times; i += 1) ({ failed } = await handle(messages));
      await queue.delete(messages.map(({ receipt }) => receipt).filter((receipt) => !failed.includes(receipt)));
      return messages.length;
    },
  };
}

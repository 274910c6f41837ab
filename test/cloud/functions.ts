import type { FunctionConfig } from '../../lib/aws/function-config.ts';
import { createHandler } from '../../lib/aws/handler.ts';
import type { SqsEvent } from '../../lib/aws/handler-records.ts';
import type { SqsHandler } from '../../lib/aws/handler-sqs.ts';
import type { Graph } from '../../lib/core/plan.ts';
import type { AnyTier } from '../../lib/core/tier-types.ts';
import type { Cloud, DecisionRecord } from '../../lib/index.ts';
import type { ReceivedMessage } from '../../lib/ports/queue.ts';
import { arnOf, context, environmentOf, graphOf } from '../aws-handler/harness.ts';

/** The functions of a cascade, in this process; nothing is delivered unless the test says so. */
export interface Functions {
  readonly graph: Graph;
  /** Faults of the functions themselves, as their log would show them. */
  readonly faults: unknown[];
  /** Hands one batch of a queue to its tier's handler, with `extra` in each record, and deletes what is reported as done. */
  invoke(queue: string, max?: number, extra?: object): Promise<Invoked>;
  /** Invokes queue after queue, over and over, until all are empty. */
  drain(): Promise<void>;
}

/** What became of one batch. */
export interface Invoked {
  readonly received: number;
  /** Flow ids, as far as readable, of the records that come back. */
  readonly failed: readonly string[];
}

export interface FunctionsOptions {
  readonly tiers: readonly AnyTier[];
  /** What stands for the event source mapping works with: it receives and deletes. */
  readonly mapping: Cloud;
  /** What the functions work with. */
  readonly cloud: Cloud;
  /** What the functions are told otherwise than the graph has it, by tier. */
  readonly config?: Readonly<Record<string, Partial<FunctionConfig>>>;
}

const NEVER_EMPTY = 100;

/** Makes the real handler of every tier over a cloud: the embedded one, or one on AWS. */
export function functionsOf({ tiers, mapping, cloud, config = {} }: FunctionsOptions): Functions {
  const graph = graphOf(tiers);
  const faults: unknown[] = [];
  const log = {
    fault: async (error: unknown) => void faults.push(error),
    refused: async () => undefined,
    decisions: async () => undefined,
  };
  const handlers = new Map<string, { readonly handler: SqsHandler; readonly functionMs: number }>();
  for (const { tier, reads, limits, meet } of graph.tiers) {
    const env = environmentOf(graph, tier.name, config[tier.name]);
    const handler = createHandler(tier, {
      env,
      cloud: () => cloud,
      log,
      writeLine: () => undefined,
      ...(meet && { meet }),
    });
    for (const { queue } of reads) handlers.set(queue, { handler, functionMs: limits.functionMs });
  }

  const invoke: Functions['invoke'] = async (name, max = 10, extra = {}) => {
    const queue = mapping.queue(name);
    const messages = await queue.receive({ max, visibilityMs: 60_000, waitMs: 0 });
    if (messages.length === 0) return { received: 0, failed: [] };
    const { handler, functionMs } = handlers.get(name)!;
    const { batchItemFailures } = await handler(eventOf(name, messages, extra), context(functionMs));
    const back = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const [failed, done] = [messages.filter(({ id }) => back.has(id)), messages.filter(({ id }) => !back.has(id))];
    await queue.delete(done.map(({ receipt }) => receipt));
    // In a test what comes back comes back at once, not after its back-off.
    await queue.hide(
      failed.map(({ receipt }) => receipt),
      0,
    );
    return { received: messages.length, failed: failed.map(({ body }) => flowOf(body)) };
  };
  return {
    graph,
    faults,
    invoke,
    async drain() {
      for (let round = 0; round < NEVER_EMPTY; round += 1) {
        let received = 0;
        for (const queue of handlers.keys()) received += (await invoke(queue)).received;
        if (received === 0) return;
      }
      throw new Error('the cascade does not come to rest');
    },
  };
}

function eventOf(queue: string, messages: readonly ReceivedMessage[], extra: object): SqsEvent {
  return {
    Records: messages.map(({ id, receipt, body, receives, sentAt, group }) => ({
      messageId: id,
      receiptHandle: receipt,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: String(sentAt),
        ...(group !== undefined && { MessageGroupId: group }),
      },
      eventSourceARN: arnOf(queue),
      ...extra,
    })),
  };
}

function flowOf(body: string): string {
  return String((JSON.parse(body) as { flow?: unknown }).flow);
}

/** Collects what a cloud logs. */
export function collected(): { readonly records: DecisionRecord[]; readonly decisions: Cloud['decisions'] } {
  const records: DecisionRecord[] = [];
  return {
    records,
    decisions: {
      write: async (some) => void records.push(...some),
      flow: async (flow) => records.filter((record) => record.flow === flow),
    },
  };
}

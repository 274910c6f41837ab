import * as z from 'zod';
import { createHandler, type HandlerOptions } from '../../lib/aws/handler.ts';
import { createDestinationHandler } from '../../lib/aws/handler-destination.ts';
import type { SqsHandler } from '../../lib/aws/handler-sqs.ts';
import type { AnyTier } from '../../lib/index.ts';
import { defineDestination, defineTier, stream, tier } from '../../lib/index.ts';
import { environmentOf, graphOf } from '../aws-handler/harness.ts';

const Item = z.looseObject({ n: z.number(), text: z.string().optional() });
const Guess = z.object({ n: z.number(), rest: z.unknown() });

/** Every way there is through a tier: objects read and produced, deletion, claims, gates, audits, captured payloads. */
const first = defineTier({
  name: 'first',
  input: Item,
  objects: { photo: { maxBytes: 1_000, deleteAfter: 'accepted' } },
  produces: { mask: {} },
  output: Guess,
  predict: async ({ data, objects, produce }) => {
    const bytes = await objects.photo.bytes();
    await produce.mask(bytes);
    return { n: data.n, rest: data };
  },
  satisfied: { score: ({ output }) => output.n, atLeast: 0.5 },
  audit: 0.2,
  capture: 0.5,
  fairBy: ({ data }) => data.text ?? 'none',
});

const pages = stream('pages', z.object({ page: z.unknown() }), { objects: { scan: { maxBytes: 1_000 } } });

const second = defineTier({
  name: 'second',
  input: tier<{ default: typeof first }>('first'),
  signal: Guess,
  join: { data: pages, maxTimeDiff: '10s', ttl: '1h', signals: 'latest' },
  output: Guess,
  predict: ({ data, signal }) => ({ n: signal.n, rest: data.page }),
  satisfied: { score: ({ output }) => output.n, atLeast: 0.9 },
  pace: { minInterval: '1ms', onThrottle: 'latest' },
});

const third = defineTier({
  name: 'third',
  input: tier<{ default: typeof second }>('second'),
  output: z.unknown(),
  predict: ({ data, signal }) => ({ data, signal }),
  delivery: 'once',
});

const destination = defineDestination({ name: 'archive', handler: (answer) => void answer.output });

const tiers = [first, second, third] as readonly AnyTier[];
const graph = graphOf(tiers, destination);

/** A function that is deployed, and the queue whose records it takes. */
export interface Target {
  readonly queue: string;
  readonly kind: 'data' | 'signal' | 'answer';
  readonly handler: SqsHandler;
}

/** The application’s Lambda handlers, over one cloud. */
export function targets(options: HandlerOptions): readonly Target[] {
  const env = (name: string): Record<string, string> => environmentOf(graph, name, { allowedBuckets: ['allowed'] });
  return [
    ...tiers.flatMap((one) => {
      const plan = graph.tiers.find((p) => p.tier.name === one.name)!;
      const handler = createHandler(one, { ...options, ...(plan.meet && { meet: plan.meet }), env: env(one.name) });
      return plan.reads.map(({ queue, kind }): Target => ({ queue, kind, handler }));
    }),
    {
      queue: 'answers',
      kind: 'answer' as const,
      handler: createDestinationHandler(destination, { ...options, env: env('archive') }),
    },
  ];
}

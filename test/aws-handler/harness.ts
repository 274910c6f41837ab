import { FUNCTION_CONFIG, type FunctionConfig } from '../../lib/aws/function-config.ts';
import { createHandler, type HandlerOptions } from '../../lib/aws/handler.ts';
import type { SqsEvent, SqsRecord } from '../../lib/aws/handler-records.ts';
import type { LambdaContext, SqsHandler } from '../../lib/aws/handler-sqs.ts';
import type { FunctionLog } from '../../lib/aws/logger.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Destination } from '../../lib/core/destination.ts';
import { type Envelope, encode } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import type { Graph } from '../../lib/core/plan.ts';
import type { AnyTier } from '../../lib/core/tier-types.ts';
import { type LocalCloud, openCloud } from '../../lib/local/index.ts';

/** A tier's Lambda handler over the embedded cloud, and all that comes out of it. */
export interface Deployed {
  readonly handler: SqsHandler;
  readonly cloud: LocalCloud;
  readonly decisions: DecisionRecord[];
  /** Metric lines, parsed. */
  readonly metrics: Record<string, unknown>[];
  readonly faults: unknown[];
  /** Receipts made visible again, by delay. */
  readonly hidden: [readonly string[], number][];
}

export interface DeployOptions extends HandlerOptions {
  readonly tiers: readonly AnyTier[];
  readonly config?: Partial<FunctionConfig>;
}

/** The graph of tiers that are in no file. */
export function graphOf(tiers: readonly AnyTier[], destination?: Destination): Graph {
  const definitions = [...tiers, ...(destination ? [destination] : [])];
  return buildGraph(
    'shop',
    definitions.map((definition) => ({ file: `${definition.name}.ts`, version: '1', definition: definition as never })),
  );
}

/** What the construct would put into the environment of one function. */
export function environmentOf(graph: Graph, name: string, extra: Partial<FunctionConfig> = {}): Record<string, string> {
  const plan = [...graph.tiers, ...(graph.destination ? [graph.destination] : [])].find(
    (p) => ('tier' in p ? p.tier : p.destination).name === name,
  )!;
  const { version, file, limits, deadLetters } = plan;
  const tier = 'tier' in plan ? plan : undefined;
  const config: FunctionConfig = {
    application: graph.application,
    version,
    file,
    mode: tier?.mode ?? 'entry',
    reads: plan.reads as FunctionConfig['reads'],
    deadLetters,
    answers: 'answers',
    next: tier?.next ?? null,
    limits,
    queues: Object.fromEntries(graph.queues.map((q) => [q.name, urlOf(q.name)])),
    table: 'flows',
    bucket: 'objects',
    allowedBuckets: [],
    ...extra,
  };
  return { [FUNCTION_CONFIG]: JSON.stringify(config) };
}

export const urlOf = (queue: string): string => `https://sqs.eu-west-1.amazonaws.com/123/${physical(queue)}`;
export const arnOf = (queue: string): string => `arn:aws:sqs:eu-west-1:123:${physical(queue)}`;
const physical = (queue: string): string => `Stack-${queue.replace('.', '-')}-X1`;

/** Makes the handler of the last of these tiers. */
export async function deploy({ tiers, config, ...options }: DeployOptions): Promise<Deployed> {
  const graph = graphOf(tiers);
  const name = tiers.at(-1)!.name;
  const { meet } = graph.tiers.find(({ tier }) => tier.name === name)!;
  return watch(graph, (surroundings) =>
    createHandler(tiers.at(-1)!, {
      env: environmentOf(graph, name, config),
      ...(meet && { meet }),
      ...surroundings,
      ...options,
    }),
  );
}

/** Makes a handler over an embedded cloud whose calls are watched. */
export async function watch(graph: Graph, make: (options: HandlerOptions) => SqsHandler): Promise<Deployed> {
  const decisions: DecisionRecord[] = [];
  const metrics: Record<string, unknown>[] = [];
  const faults: unknown[] = [];
  const hidden: [readonly string[], number][] = [];
  const cloud = await openCloud({ dir: ':memory:', onDecisions: (records) => decisions.push(...records) });
  cloud.declare(graph.queues);
  const watched: LocalCloud = {
    ...cloud,
    queue: (queue) => ({
      ...cloud.queue(queue),
      hide: async (receipts, ms) => {
        hidden.push([receipts, ms]);
      },
    }),
  };
  const told = async (error: unknown): Promise<void> => void faults.push(error);
  const log: FunctionLog = { fault: told, refused: told, decisions: async () => undefined };
  const writeLine = (line: string): number => metrics.push(JSON.parse(line));
  const handler = make({ cloud: () => watched, log, writeLine });
  return { handler, cloud, decisions, metrics, faults, hidden };
}

/** A record of an SQS event. */
export function record(queue: string, n: number, body: string | object, extra: Partial<SqsRecord> = {}): SqsRecord {
  return {
    messageId: `m${n}`,
    receiptHandle: `r${n}`,
    body: typeof body === 'string' ? body : encode(envelope(n, body)),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1700000000000' },
    eventSourceARN: arnOf(queue),
    ...extra,
  };
}

/** The envelope a client sends. */
export function envelope(n: number, data: unknown, extra: Partial<Envelope> = {}): Envelope {
  const from = { name: 'client', version: '1' };
  return { v: 1, id: `e${n}`, flow: `f${n}`, kind: 'data', from, ts: 0, sent: 0, hop: 0, data, ...extra };
}

export const eventOf = (...Records: SqsRecord[]): SqsEvent => ({ Records });

/** An invocation with so much time left at each look. */
export function context(...remaining: number[]): LambdaContext {
  return {
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => (remaining.length > 1 ? remaining.shift()! : (remaining[0] ?? 35_000)),
  };
}

/** The identifiers of a response. */
export const failed = (response: { batchItemFailures: { itemIdentifier: string }[] }): string[] =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

/** All messages of a queue. */
export async function bodies(cloud: LocalCloud, queue: string): Promise<Envelope[]> {
  const messages = await cloud.queue(queue).receive({ max: 1_000, visibilityMs: 1_000, waitMs: 0 });
  return messages.map(({ body }) => JSON.parse(body) as Envelope);
}

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { DecisionRecord } from '../core/decision.ts';
import type { Graph } from '../core/plan.ts';
import type { Cloud } from '../ports/cloud.ts';
import { settleExpired } from '../runtime/expired.ts';
import { awsCloud } from './cloud.ts';
import type { HandlerOptions } from './handler.ts';
import { observed } from './handler-cloud.ts';
import { type ExpiryConfig, readExpiryConfig } from './handler-expiry-config.ts';
import { cloudOptionsOf } from './handler-plan.ts';
import { type BatchResponse, failing, recordsOf, wholeBatch } from './handler-records.ts';
import type { LambdaContext } from './handler-sqs.ts';
import { functionLog } from './logger.ts';
import { measurementsOf } from './metrics.ts';
import { emfLines, METRIC_NAMESPACE } from './metrics-emf.ts';
import { KEY, toItem } from './table-attributes.ts';

/** One record of a DynamoDB stream, as far as it is used. */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string } | undefined;
  readonly dynamodb?: {
    readonly SequenceNumber?: string | undefined;
    readonly OldImage?: Readonly<Record<string, unknown>> | undefined;
  };
}

/** A Lambda function on a DynamoDB stream. */
export type ExpiryHandler = (
  event: { readonly Records: readonly StreamRecord[] },
  context: LambdaContext,
) => Promise<BatchResponse>;

/**
 * The Lambda handler of the flow table's stream: what DynamoDB deletes because its time is over is decided on and
 * logged, as the embedded cloud's sweep does. What sluice deletes by itself passes by. Where it fails, the stream begins
 * again at the first record that is not done.
 */
export function createExpiryHandler(options: HandlerOptions = {}): ExpiryHandler {
  const {
    env = process.env,
    cloud: open = awsCloud,
    writeLine = (line) => process.stdout.write(`${line}\n`),
  } = options;
  let opened: Cloud | undefined;
  const progress = new WeakMap<LambdaContext, string>();

  async function run(event: unknown, context: LambdaContext): Promise<BatchResponse> {
    const records = recordsOf<StreamRecord>(event, ({ dynamodb }) => dynamodb?.SequenceNumber);
    if (!records) throw new TypeError('the event is not one of a DynamoDB stream');
    if (records.length > 0) progress.set(context, records[0]!.dynamodb!.SequenceNumber!);
    const config = readExpiryConfig(env);
    const decided: DecisionRecord[] = [];
    opened ??= open(cloudOptionsOf(config));
    const cloud = observed(opened, (some) => decided.push(...some));
    const graph = graphOf(config);
    try {
      for (const record of records.filter(isExpiry)) {
        progress.set(context, record.dynamodb!.SequenceNumber!);
        const image = (record.dynamodb!.OldImage ?? {}) as Record<string, AttributeValue>;
        await settleExpired(graph, cloud, [{ key: image[KEY]?.S ?? '', item: toItem(image) }]);
      }
    } finally {
      for (const [tier, some] of Map.groupBy(decided, (record) => record.tier)) {
        const place = { application: config.application, tier };
        for (const line of emfLines(place, measurementsOf(some), Date.now(), env[METRIC_NAMESPACE])) writeLine(line);
      }
    }
    return failing([]);
  }
  const handler = middy()
    .handler(run as never)
    .onError(async (request) => {
      const context = request.context as unknown as LambdaContext;
      const first = progress.get(context);
      request.response = first === undefined ? wholeBatch() : failing([first]);
      const log = options.log ?? functionLog({ application: applicationIn(env), tier: 'expiry' });
      await log.fault(request.error, context.awsRequestId).catch(() => undefined);
    });
  return handler as unknown as ExpiryHandler;
}

function applicationIn(env: NonNullable<HandlerOptions['env']>): string {
  try {
    return readExpiryConfig(env).application;
  } catch {
    // What is wrong with it is the fault that is told.
    return 'unknown';
  }
}

function isExpiry({ eventName, userIdentity }: StreamRecord): boolean {
  return eventName === 'REMOVE' && userIdentity?.principalId === 'dynamodb.amazonaws.com';
}

/** The graph as far as expiry reads it: names and versions. */
function graphOf({ application, tiers }: ExpiryConfig): Graph {
  const plans = tiers.map(({ name, version }) => ({ application, version, tier: { name } }));
  return { application, tiers: plans as unknown as Graph['tiers'], destination: undefined, queues: [] };
}

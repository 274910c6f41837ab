import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { awsCloud } from '../../lib/aws/index.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { type Cloud, connect, defineTier, stream, tier } from '../../lib/index.ts';
import { openCloud } from '../../lib/local/index.ts';
import { type CallCounter, countCalls } from '../../lib/runtime/call-counter.ts';
import { ENDPOINT, isMiniStack, SKIPPED } from '../aws/endpoint.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { cheap, Guess } from '../support/tiers.ts';
import { clientsAt } from './clients.ts';
import { collected, functionsOf } from './functions.ts';
import { type LoggedRequest, recordRequests, requestsOf } from './request-log.ts';
import { makeResources } from './resources.ts';

/** Flows up to 9 are answered by the first tier, up to 99 by the second, all others by the third. */
const first = cheap({ sure: (n) => (n < 10 ? 1 : 0) });
const second = defineTier({
  name: 'carried',
  input: tier<{ default: typeof first }>('cheap'),
  output: Guess,
  predict: ({ data }) => ({ guess: `carried ${data.n}`, sure: data.n < 100 ? 1 : 0 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
});
const third = defineTier({
  name: 'joined',
  input: tier<{ default: typeof second }>('carried'),
  join: {
    data: stream('photos', z.object({}), { objects: { photo: { deleteAfter: 'accepted' } } }),
    ttl: '1h',
  },
  output: z.object({ bytes: z.number() }),
  predict: async ({ objects }) => ({ bytes: (await objects.photo.bytes()).length }),
});
const TIERS = [first, second, third];

/** What one run of the same flows cost. */
interface Cost {
  readonly answers: Readonly<Record<string, unknown>>;
  /** By the counter, which is between the functions (and the client) and the cloud. */
  readonly counted: Readonly<Record<string, CallCounter>>;
  /** By the decision records: what the functions did, without the client. */
  readonly recorded: Readonly<Record<string, CallCounter>>;
}

const BATCH = 12;

/**
 * One flow after the other, then a batch of them: more than SQS takes in one request. What Lambda makes in production,
 * the source's receives and deletes, is not counted. `onEnd` is told when a flow has ended.
 */
async function run(
  cloud: Cloud,
  records: readonly DecisionRecord[],
  onEnd = async (_flow: string): Promise<void> => undefined,
): Promise<Cost> {
  const counter = countCalls(cloud);
  const { drain, faults } = functionsOf({ tiers: TIERS, mapping: cloud, cloud: counter.cloud });
  const client = connect<{ default: typeof first }>('cheap', { cloud: counter.cloud });
  const photos = connect<{ default: typeof third }>('joined.photos', { cloud: counter.cloud });
  const answers: Record<string, unknown> = {};
  const counted: Record<string, CallCounter> = {};
  const ended = async (flow: string): Promise<void> => {
    counted[flow] = { ...counter.calls };
    Object.assign(counter.calls, NOTHING);
    await onEnd(flow);
  };
  for (const [flowId, n] of Object.entries({ satisfied: 1, escalated: 50, joined: 500 })) {
    if (flowId === 'joined') await photos.send({}, { flowId, objects: { photo: new Uint8Array(n) } });
    await client.send({ n }, { flowId, reply: true });
    await drain();
    answers[flowId] = (await client.result(flowId)).output;
    await ended(flowId);
  }
  await client.sendBatch(Array.from({ length: BATCH }, (_, i) => ({ flowId: `b${i}`, data: { n: 50 } })));
  await drain();
  await ended('batch');
  expect(faults).toEqual([]);
  return { answers, counted, recorded: recordedBy(records) };
}

const NOTHING: CallCounter = { queue: 0, table: 0, object: 0 };

function recordedBy(records: readonly DecisionRecord[]): Record<string, CallCounter> {
  const byFlow: Record<string, CallCounter> = {};
  for (const { flow, calls } of records) {
    const { queue, table, object } = byFlow[flow!] ?? NOTHING;
    byFlow[flow!] = { queue: queue + calls.queue, table: table + calls.table, object: object + calls.object };
  }
  return byFlow;
}

/** Which calls of the counter the server's operations are; `POST.s3` is its name of `DeleteObjects`. */
const CALLS: Readonly<Record<string, keyof CallCounter>> = {
  SendMessageBatch: 'queue',
  UpdateItem: 'table',
  GetItem: 'table',
  PutObject: 'object',
  GetObject: 'object',
  'POST.s3': 'object',
};
/** The event source's. */
const SOURCE = ['ReceiveMessage', 'DeleteMessageBatch'];

/** The counter's numbers by the requests that the server saw: each message of a batch counts, each other request. */
function callsOf(requests: readonly LoggedRequest[]): CallCounter {
  const calls = { ...NOTHING };
  for (const { operation, entries } of requests) calls[CALLS[operation]!] += entries;
  return calls;
}

test.skipIf(!(await isMiniStack()))(
  `a flow costs the same calls on AWS as on the embedded cloud, and the server saw them (${ENDPOINT ?? SKIPPED})`,
  async () => {
    const local = collected();
    const embedded = await openCloud({ dir: ':memory:', onDecisions: (some) => local.records.push(...some) });
    const { queues } = graphOf(TIERS);
    embedded.declare(queues);
    const expected = await run(embedded, local.records);
    await embedded.close();

    const account = String(randomInt(10 ** 11, 10 ** 12));
    const clients = clientsAt(ENDPOINT!, { account });
    const resources = await makeResources(queues, clients);
    await recordRequests(ENDPOINT!);
    let seen = (await requestsOf(ENDPOINT!, account)).length;
    const requests: Record<string, readonly LoggedRequest[]> = {};
    const { records, decisions } = collected();
    const cost = await run(awsCloud({ ...resources, clients, decisions }), records, async (flow) => {
      const all = await requestsOf(ENDPOINT!, account);
      requests[flow] = all.slice(seen).filter(({ operation }) => !SOURCE.includes(operation));
      seen = all.length;
    });

    expect(cost).toEqual(expected);
    expect(cost.answers).toMatchObject({ satisfied: { guess: 'cheap 1' }, joined: { bytes: 500 } });
    for (const [flow, seenByServer] of Object.entries(requests))
      expect([flow, callsOf(seenByServer)]).toEqual([flow, cost.counted[flow]]);
    // Ten messages are one request: the client's and each tier's dozen go out as ten and two.
    const sends = requests.batch!.filter(({ operation }) => operation === 'SendMessageBatch');
    expect(sends.map(({ entries }) => entries).sort((a, b) => b - a)).toEqual([10, 10, 10, 2, 2, 2]);
  },
);

import type { SqsRecord } from '../../lib/aws/handler-records.ts';
import { isSluiceError } from '../../lib/core/errors.ts';
import { type Draws, drawsFor } from '../../lib/testing/random.ts';
import { arnOf } from '../aws-handler/harness.ts';
import { account } from './account.ts';
import { type Target, targets } from './application.ts';
import { type FuzzCloud, fuzzCloud, Runaway } from './cloud.ts';
import { mutateEvent } from './mutate-event.ts';
import { mutateReference } from './mutate-reference.ts';
import { mutateText } from './mutate-text.ts';
import { mutateValue } from './mutate-value.ts';
import { validMessage } from './valid.ts';

export interface FuzzOptions {
  /** Records to send through the handlers. */
  readonly count: number;
  readonly seed: number;
  readonly onProgress?: (records: number) => void;
}

/** What came of a run. */
export interface Fuzzed {
  readonly seed: number;
  readonly records: number;
  readonly events: number;
  readonly acknowledged: number;
  readonly returned: number;
  /** Decisions, by name; those that say what went wrong also by code. */
  readonly decisions: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
  /** What went wrong, with the event it went wrong at; at most ten. */
  readonly wrong: readonly { readonly event: number; readonly problem: string }[];
}

/** Records of an event, at most. */
const BATCH = 10;
/** Calls of ports that one event may take. */
const MOST_CALLS = 400;
/** State is forgotten after so many events, so that a long run takes no more memory than a short one. */
const FORGET_EVERY = 500;

/** Sends random and mutated envelopes, references and events through the Lambda handlers, and accounts for each record. */
export async function fuzz({ count, seed, onProgress }: FuzzOptions): Promise<Fuzzed> {
  const cloud = fuzzCloud(MOST_CALLS);
  const faults: unknown[] = [];
  const log = {
    fault: async (error: unknown) => void faults.push(error),
    refused: async () => undefined,
    decisions: async () => undefined,
  };
  const all = targets({ cloud: () => cloud, log, writeLine: () => undefined });
  const tally = {
    acknowledged: 0,
    returned: 0,
    decisions: {} as Record<string, number>,
    codes: {} as Record<string, number>,
  };
  const wrong: { event: number; problem: string }[] = [];
  let records = 0;
  let events = 0;
  for (; records < count && wrong.length < 10; events += 1) {
    const draws = drawsFor(seed, `event ${events}`);
    const target = draws.pick(all);
    if (events % FORGET_EVERY === 0) cloud.forget();
    cloud.next();
    cloud.advance(Math.floor(draws.between(BATCH, 50)));
    faults.length = 0;
    const batch = Array.from({ length: draws.next() < 0.8 ? BATCH : 1 + Math.floor(draws.between(0, BATCH)) }, (_, i) =>
      recordOf(draws, cloud, target, events, i),
    );
    const isWhole = draws.next() < 0.9;
    const event = isWhole ? { Records: batch } : mutateEvent(draws, batch);
    const result = await invoke(target, event, cloud, isWhole);
    const fault = faultIn(faults, isWhole);
    if (typeof result === 'string') wrong.push({ event: events, problem: result });
    else if (isPolluted()) wrong.push({ event: events, problem: 'Object.prototype is polluted' });
    else if (fault !== undefined) wrong.push({ event: events, problem: fault });
    else {
      tally.acknowledged += result.acknowledged;
      tally.returned += result.returned;
    }
    for (const { decision, code } of cloud.written) {
      tally.decisions[decision] = (tally.decisions[decision] ?? 0) + 1;
      if (code !== undefined) tally.codes[code] = (tally.codes[code] ?? 0) + 1;
    }
    records += batch.length;
    onProgress?.(records);
  }
  return { seed, records, events, ...tally, wrong };
}

function isPolluted(): boolean {
  for (const _ in {}) return true;
  return false;
}

async function invoke(
  target: Target,
  event: unknown,
  cloud: FuzzCloud,
  isWhole: boolean,
): Promise<ReturnType<typeof account>> {
  try {
    const response = await target.handler(event as never, {
      awsRequestId: 'fuzz',
      getRemainingTimeInMillis: () => 60_000,
    });
    return cloud.calls() > MOST_CALLS ? 'the handler went round in circles' : account(event, response, cloud, isWhole);
  } catch (error) {
    return `the handler threw ${String(error)}`;
  }
}

/** Of a whole event nothing is the function's fault; of a broken one only that it is broken. */
function faultIn(faults: readonly unknown[], isWhole: boolean): string | undefined {
  const fault = faults.find(
    (error) =>
      isWhole ||
      error instanceof Runaway ||
      !(isSluiceError(error, 'option-invalid') || isSluiceError(error, 'queue-unknown')),
  );
  return fault === undefined ? undefined : `the function is said to be at fault: ${String(fault)}`;
}

/** A record whose time of sending is its own. */
function recordOf(draws: Draws, cloud: FuzzCloud, target: Target, event: number, at: number): SqsRecord {
  return {
    messageId: `${event}-${at}`,
    receiptHandle: `receipt-${at}`,
    body: bodyOf(draws, cloud, target),
    attributes: {
      ApproximateReceiveCount: String(1 + Math.floor(draws.between(0, 7))),
      SentTimestamp: String(cloud.clock.now() - at - 1),
      ...(draws.next() < 0.1 && { MessageGroupId: 'shop' }),
    },
    eventSourceARN: arnOf(target.queue),
  };
}

function bodyOf(draws: Draws, cloud: FuzzCloud, { queue, kind }: Target): string {
  // Now and then a message of another queue.
  const [as, at] = draws.next() < 0.05 ? (['signal', 'third'] as const) : [kind, queue];
  const message = validMessage(draws, cloud, as, at);
  const dice = draws.next();
  if (dice < 0.25) return JSON.stringify(message);
  if (dice < 0.35) return JSON.stringify(mutateReference(draws, message));
  const body = dice < 0.8 ? JSON.stringify(mutateValue(draws, message)) : mutateText(draws, JSON.stringify(message));
  if (draws.next() > 0.06) return body;
  const offloaded = cloud.store(`messages/m${Math.floor(draws.between(0, 50))}`, Buffer.from(body));
  const pointer = { v: 1, flow: message.flow, offloaded };
  return JSON.stringify(draws.next() < 0.5 ? pointer : mutateValue(draws, pointer));
}

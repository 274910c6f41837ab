import type { DeadLetter } from '../dead-letter.ts';
import { flowOf } from '../dead-letter.ts';
import { type ErrorCode, isSluiceError, messageAt, SluiceError, toError } from '../errors.ts';
import { derivedFraction, derivedId } from '../identity.ts';
import { DEAD_LETTER_RETENTION_MS, timingOf, waitsHidden } from '../plan.ts';
import { release } from './claim.ts';
import { ACK, now, type Outcome, type Step } from './effects.ts';
import { placeOf, post, record, reply, type Story, write } from './story.ts';

/** Longest back-off: as long as SQS may delay a message. */
const MAX_BACKOFF_MS = 900_000;
/** First back-off while a store is away, at least: the queue counts receives and gives up by itself when they are many. */
const OUTAGE_BACKOFF_MS = 1_000;

/** Exponential back-off with jitter: `base · 2^(attempt−1)`, of which the upper half is random, at most 15 minutes. */
export function backoffMs(baseMs: number, attempt: number, messageId: string): number {
  const full = Math.min(baseMs * 2 ** Math.min(attempt - 1, 30), MAX_BACKOFF_MS);
  return Math.round(full / 2 + (full / 2) * derivedFraction(messageId, String(attempt)));
}

/** Ends a step that failed: back to the queue for another try, or to the dead-letter queue with the reason. */
export function* fail(story: Story, thrown: unknown): Step<Outcome> {
  const { code, reason, retry } = failureOf(story, thrown);
  const timing = timingOf(story.plan);
  const wait = (base: number): number => backoffMs(base, story.attempt, story.incoming.id);
  try {
    if (retry !== 'never') story.attempt = yield* attemptsSoFar(story);
    const at = yield* now();
    if (retry === 'always' || (retry !== 'never' && story.attempt < timing.maxAttempts)) {
      const base = retry === 'always' ? Math.max(timing.backoffMs, OUTAGE_BACKOFF_MS) : timing.backoffMs;
      const afterMs = asked(retry) ?? wait(base);
      yield* release(story, at + afterMs);
      yield* record(story, 'retried', { reason, code, until: at + afterMs });
      return { end: 'retry', afterMs };
    }
    // A redriven half must still find the other one.
    yield* release(story, at + DEAD_LETTER_RETENTION_MS, true);
    const letter = yield* deadLetter(story, code, reason);
    yield* reply(story, { status: 'failed', code, reason, tier: story.name });
    yield* record(story, 'failed', { reason, code, out: [{ id: letter.id, to: story.plan.deadLetters }] });
    return ACK;
  } catch {
    // Even giving up needs a store that works; the message stays in its queue until one does.
    return { end: 'retry', afterMs: wait(Math.max(timing.backoffMs, OUTAGE_BACKOFF_MS)) };
  }
}

/** Longest reason kept, in characters: it may quote what a sender wrote, and goes to the log, the letter and the table. */
const MAX_REASON = 2_000;

/** The wait the error asks for, where it is one. */
function asked(retry: SluiceError['retry']): number | undefined {
  if (typeof retry !== 'object') return undefined;
  return Number.isFinite(retry.afterMs) && retry.afterMs >= 0 ? retry.afterMs : undefined;
}

/** Where messages come back that did not fail, their receives do not count failures. */
function* attemptsSoFar(story: Story): Step<number> {
  const { plan, incoming } = story;
  if (!waitsHidden(plan)) return incoming.receives;
  const at = yield* now();
  const result = yield* write(story, {
    key: `tries#${story.name}#${incoming.id}`,
    add: { tries: 1 },
    setIfAbsent: { expiresAt: Math.ceil(at / 1_000) + 14 * 86_400 },
  });
  return Number(result.item!.tries);
}

/** What a step failed with. It is only told, so no error is made of it: each would find out again where it was made. */
interface Failure {
  readonly code: ErrorCode;
  /** Names tier and flow. */
  readonly reason: string;
  readonly retry: SluiceError['retry'];
}

function failureOf(story: Story, thrown: unknown): Failure {
  const error = isSluiceError(thrown) ? thrown : new SluiceError('predict-failed', toError(thrown).message);
  return { code: error.code, reason: shortened(messageAt(error, placeOf(story))), retry: error.retry };
}

function* deadLetter(story: Story, code: ErrorCode, reason: string): Step<DeadLetter> {
  const { plan, incoming, envelope } = story;
  const letter: DeadLetter = {
    v: 1,
    id: derivedId(incoming.id, story.name, 'dead-letter'),
    application: plan.application,
    tier: story.name,
    version: plan.version,
    flow: envelope?.flow ?? flowOf(incoming.body),
    queue: incoming.queue,
    code,
    reason,
    attempt: story.attempt,
    at: yield* now(),
    body: incoming.body,
  };
  yield* post(story, plan.deadLetters, letter);
  return letter;
}

const shortened = (message: string): string =>
  message.length > MAX_REASON ? `${message.slice(0, MAX_REASON).toWellFormed()}…` : message;

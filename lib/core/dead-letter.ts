import type { ErrorCode } from './errors.ts';
import { isCount, isText, isTime } from './shapes.ts';

/** A message that could not be worked off, with the reason and all that redriving it needs. */
export interface DeadLetter {
  readonly v: 1;
  readonly id: string;
  readonly application: string;
  readonly tier: string;
  readonly version: string;
  /** `null` where the message was too broken to say. */
  readonly flow: string | null;
  /** The queue it came from and goes back to. */
  readonly queue: string;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly attempt: number;
  /** When it was given up, ms since the epoch. */
  readonly at: number;
  /** The message as it came. */
  readonly body: string;
}

/** Reads a dead-letter queue's message; one that the queue itself moved there has no reason of ours. */
export function readDeadLetter(
  body: string,
  at: { id: string; application: string; tier: string; queue: string; sentAt: number; receives: number },
): DeadLetter {
  try {
    const value = JSON.parse(body) as Partial<DeadLetter> | null;
    if (isLetter(value) && value.tier === at.tier) return value;
  } catch {
    // Not ours: described below.
  }
  return {
    v: 1,
    id: at.id,
    application: at.application,
    tier: at.tier,
    version: '',
    flow: flowOf(body),
    queue: at.queue,
    code: 'receives-exhausted',
    reason: 'received too often without being finished: the function crashed, ran out of time or memory on it',
    attempt: at.receives,
    at: at.sentAt,
    body,
  };
}

/** Whether a value is a letter in all its fields: the queue itself moves messages here too, and their text is anyone's. */
function isLetter(value: Partial<DeadLetter> | null): value is DeadLetter {
  if (typeof value !== 'object' || value === null) return false;
  const { id, application, tier, version, flow, queue, code, reason, attempt, at, body } = value;
  return (
    value.v === 1 &&
    [id, application, tier, version, queue, code, reason, body].every(isText) &&
    (flow === null || isText(flow)) &&
    isCount(attempt) &&
    isTime(at)
  );
}

/** The flow id a message text names, as far as it can be read. */
export function flowOf(body: string): string | null {
  try {
    const flow = (JSON.parse(body) as { flow?: unknown } | null)?.flow;
    return typeof flow === 'string' && flow !== '' ? flow : null;
  } catch {
    return null;
  }
}

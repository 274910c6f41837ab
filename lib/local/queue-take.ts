import type { ReceivedMessage } from '../ports/queue.ts';
import { fairTags } from './fair-tags.ts';
import type { DeclaredQueue } from './queue-registry.ts';
import type { MessageRow, QueueStatements } from './queue-statements.ts';

/** What one receive did. */
export interface Taken {
  readonly messages: readonly ReceivedMessage[];
  /** How many messages went to the dead-letter queue instead. */
  readonly givenUp: number;
}

/** One receive. */
export interface TakeOptions {
  readonly max: number;
  readonly visibilityMs: number;
  readonly now: number;
  /** Where messages go that were received too often. */
  readonly deadLetters: DeclaredQueue | undefined;
}

/** Messages made ready by one receive: enough for any batch, few enough for a short transaction. */
const PROMOTE_AT_MOST = 1_000;

/** True where a receive would find something. */
export function hasMessage(statements: QueueStatements, queue: number, now: number): boolean {
  return statements.firstTag.get(queue) !== undefined || (nextVisible(statements, queue) ?? Infinity) <= now;
}

/** When the next message that waits becomes visible. */
export function nextVisible(statements: QueueStatements, queue: number): number | undefined {
  return (statements.nextVisible.get(queue) as { visible_at: number } | undefined)?.visible_at;
}

/** Takes messages for one receiver; to be run in a transaction. */
export function take(statements: QueueStatements, queue: DeclaredQueue, options: TakeOptions): Taken {
  const { number, spec } = queue;
  const { max, now, visibilityMs, deadLetters } = options;
  const messages: ReceivedMessage[] = [];
  let givenUp = 0;
  promoteDue(statements, number, now, Math.max(max, PROMOTE_AT_MOST));
  for (let wanted = max; wanted > 0; ) {
    const rows = statements.ready.all(number, wanted) as unknown as MessageRow[];
    for (const row of rows) {
      if (row.sent_at < now - spec.retentionMs) {
        statements.drop.run(row.seq);
      } else if (deadLetters && row.receives >= (spec.maxReceives ?? Infinity)) {
        statements.giveUp.run(deadLetters.number, now, row.seq);
        givenUp += 1;
      } else {
        statements.take.run(now + visibilityMs, row.seq);
        messages.push(received(row));
      }
    }
    wanted = rows.length < wanted ? 0 : max - messages.length;
  }
  return { messages, givenUp };
}

function promoteDue(statements: QueueStatements, queue: number, now: number, limit: number): void {
  const due = statements.due.all(queue, now, limit) as { seq: number; grp: string | null }[];
  if (due.length === 0) return;
  const tags = fairTags(statements, queue);
  const turns = new Map<string | null, number>();
  for (const { seq, grp } of due) {
    const turn = turns.get(grp) ?? 0;
    turns.set(grp, turn + 1);
    statements.promote.run(tags.comeback(turn), seq);
  }
  tags.save();
}

function received(row: MessageRow): ReceivedMessage {
  const message = {
    id: row.id,
    body: row.body,
    receipt: `${row.seq}-${row.delivery + 1}`,
    receives: row.receives + 1,
    sentAt: row.sent_at,
  };
  return row.grp === null ? message : { ...message, group: row.grp };
}

import type { StatementSync } from 'node:sqlite';
import type { Database } from './database.ts';

/** A message as it lies in the table. */
export interface MessageRow {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
  readonly grp: string | null;
  readonly receives: number;
  readonly delivery: number;
  readonly sent_at: number;
}

// A bare `LIMIT ?` makes SQLite plan the statement anew at every call, which costs ten times what it does.
const SQL = {
  insert: `INSERT INTO messages (queue, ready, visible_at, tag, sent_at, grp, id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  tails: 'SELECT tail, plain FROM queues WHERE number = ?',
  saveTails: 'UPDATE queues SET tail = ?, plain = ? WHERE number = ?',
  firstTag: 'SELECT tag FROM messages WHERE queue = ? AND ready = 1 ORDER BY tag LIMIT 1',
  groupTail: 'SELECT max(tag) AS tag FROM messages WHERE queue = ? AND grp = ?',
  nextVisible: 'SELECT visible_at FROM messages WHERE queue = ? AND ready = 0 ORDER BY visible_at LIMIT 1',
  due: 'SELECT seq, grp FROM messages WHERE queue = ? AND ready = 0 AND visible_at <= ? ORDER BY visible_at LIMIT ? + 0',
  promote: 'UPDATE messages SET ready = 1, tag = ? WHERE seq = ?',
  ready: `SELECT seq, id, body, grp, receives, delivery, sent_at FROM messages
    WHERE queue = ? AND ready = 1 ORDER BY tag, seq LIMIT ? + 0`,
  take: 'UPDATE messages SET ready = 0, visible_at = ?, receives = receives + 1, delivery = delivery + 1 WHERE seq = ?',
  giveUp: `UPDATE messages SET queue = ?, ready = 0, visible_at = ?, receives = 0, delivery = delivery + 1 WHERE seq = ?`,
  drop: 'DELETE FROM messages WHERE seq = ?',
  dropOldest: `DELETE FROM messages WHERE seq IN (SELECT seq FROM (SELECT seq, sent_at FROM messages
    WHERE queue = ? AND ready = 1 ORDER BY tag LIMIT 1000) WHERE sent_at < ?)`,
  delete: 'DELETE FROM messages WHERE seq = ? AND delivery = ? AND queue = ?',
  hide: `UPDATE messages SET visible_at = ? WHERE seq = ? AND delivery = ? AND queue = ? AND ready = 0 AND visible_at > ?`,
  countReady: 'SELECT count(*) AS count FROM messages WHERE queue = ? AND ready = 1',
  countWaiting: `SELECT coalesce(sum(visible_at <= ?), 0) AS due, coalesce(sum(visible_at > ? AND receives = 0), 0)
    AS delayed, coalesce(sum(visible_at > ? AND receives > 0), 0) AS hidden FROM messages WHERE queue = ? AND ready = 0`,
  purgeReady: 'DELETE FROM messages WHERE queue = ? AND ready = 1',
  purgeWaiting: 'DELETE FROM messages WHERE queue = ? AND ready = 0',
} as const;

/** Every statement that queues run, prepared once a store. */
export type QueueStatements = Readonly<Record<keyof typeof SQL, StatementSync>>;

/** Prepares them. */
export function queueStatements(database: Database): QueueStatements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as QueueStatements;
}

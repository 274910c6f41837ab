/** Raised with every change of the tables below. */
export const SCHEMA_VERSION = 1;

/** "slui": tells a store of sluice from any other SQLite file. */
export const APPLICATION_ID = 0x736c7569;

/**
 * A message is `ready`, or waits for `visible_at`; each state has an index that holds only its messages, so that a
 * receive costs the same in a long queue. `seq` is never used twice, so a receipt never names a later message.
 */
export const SCHEMA = `
  CREATE TABLE queues (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    spec TEXT NOT NULL,
    tail INTEGER NOT NULL DEFAULT 0,
    plain INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    tag INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    delivery INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER NOT NULL,
    grp TEXT,
    id TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX messages_ready ON messages (queue, tag) WHERE ready = 1;
  CREATE INDEX messages_waiting ON messages (queue, visible_at) WHERE ready = 0;
  CREATE INDEX messages_grouped ON messages (queue, grp, tag) WHERE grp IS NOT NULL;
  CREATE TABLE items (
    key TEXT PRIMARY KEY,
    item TEXT NOT NULL,
    expires_at INTEGER
  );
  CREATE INDEX items_expiring ON items (expires_at) WHERE expires_at IS NOT NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

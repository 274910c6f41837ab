/** Calls that a handler made. */
export interface Calls {
  /** Requests to a queue, whatever they carry. */
  queue: number;
  /** Reads and writes of a table. */
  table: number;
}

/** A queue and a table in memory that answer at once, and count. */
export interface Backend {
  readonly calls: Calls;
  send(bodies: readonly string[]): Promise<void>;
  /** Writes unless the key is there. */
  insert(key: string, value: unknown): Promise<boolean>;
  write(key: string, value: unknown): Promise<void>;
  read(key: string): Promise<unknown>;
  remove(key: string): Promise<void>;
}

const DONE = Promise.resolve();

/** Each contender has one of its own. */
export function createBackend(): Backend {
  const table = new Map<string, unknown>();
  const calls: Calls = { queue: 0, table: 0 };
  const count = (): void => {
    calls.table += 1;
    // What was written is not what is measured: the memory it takes stays small.
    if (table.size > 100_000) table.clear();
  };
  return {
    calls,
    send() {
      calls.queue += 1;
      return DONE;
    },
    async insert(key, value) {
      count();
      if (table.has(key)) return false;
      table.set(key, value);
      return true;
    },
    async write(key, value) {
      count();
      table.set(key, value);
    },
    async read(key) {
      count();
      return table.get(key);
    },
    async remove(key) {
      count();
      table.delete(key);
    },
  };
}

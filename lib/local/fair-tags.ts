import type { QueueStatements } from './queue-statements.ts';

/** Places in a queue, given out within one transaction. */
export interface FairTags {
  /** The place of a message that arrives. */
  arrival(group: string | undefined): number;
  /** The place of the `turn`-th message of its group that comes back: at the front, after its own group's. */
  comeback(turn: number): number;
  /** Keeps the last places for the next transaction. */
  save(): void;
}

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996): a message's start tag is the queue's virtual time, or one more
 * than its group's last tag where that is later. A flooding group queues up behind itself; a quiet one starts at the
 * front. Messages without a group are one group, so they alone are served in the order they came.
 */
export function fairTags(statements: QueueStatements, queue: number): FairTags {
  let { tail, plain } = statements.tails.get(queue) as { tail: number; plain: number };
  const groups = new Map<string, number>();
  const saved = { tail, plain };
  let virtual: number | undefined;

  // An empty queue goes on from its last tag: a message that is away now must not come back to find time set back.
  function virtualTime(): number {
    virtual ??= (statements.firstTag.get(queue) as { tag: number } | undefined)?.tag ?? tail;
    return virtual;
  }
  function ofGroup(group: string): number {
    const last = groups.get(group) ?? (statements.groupTail.get(queue, group) as { tag: number | null }).tag ?? -1;
    const tag = Math.max(virtualTime(), last + 1);
    groups.set(group, tag);
    return tag;
  }
  function ofNone(): number {
    // Virtual time never passes the tail: where the tail is our own there is nothing to look up.
    plain = plain >= tail ? plain + 1 : Math.max(virtualTime(), plain + 1);
    return plain;
  }
  function reach(tag: number): number {
    tail = Math.max(tail, tag);
    return tag;
  }
  return {
    arrival: (group) => reach(group === undefined ? ofNone() : ofGroup(group)),
    comeback: (turn) => reach(virtualTime() + turn),
    save() {
      if (tail !== saved.tail || plain !== saved.plain) statements.saveTails.run(tail, plain, queue);
    },
  };
}

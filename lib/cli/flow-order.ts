import type { DecisionRecord } from '../core/decision.ts';

/** Where a decision stands in the story: a time not before its sender’s, and a step after it where both have one time. */
interface Moment {
  readonly at: number;
  readonly step: number;
}

/** A flow's records in the order of what led to what: by time, but after whoever sent their messages, as clocks differ. */
export function inStoryOrder(records: readonly DecisionRecord[]): readonly DecisionRecord[] {
  const senders = new Map<string, DecisionRecord>();
  for (const record of records) {
    for (const { id } of record.out ?? []) {
      // Done again, a step sends the same id again: the first one counts.
      const known = senders.get(id);
      if (!known || record.at < known.at) senders.set(id, record);
    }
  }
  const moments = new Map<DecisionRecord, Moment>();
  function momentOf(record: DecisionRecord): Moment {
    const known = moments.get(record);
    if (known) return known;
    let { at } = record;
    let step = 0;
    // Ids in messages are anyone's: should two records name each other, the one that is looked at first comes first.
    moments.set(record, { at, step });
    for (const { id } of record.in) {
      const sender = senders.get(id);
      if (!sender || sender === record) continue;
      const before = momentOf(sender);
      if (before.at > at) step = 0;
      at = Math.max(at, before.at);
      if (before.at === at) step = Math.max(step, before.step + 1);
    }
    const moment = { at, step };
    moments.set(record, moment);
    return moment;
  }
  return records.toSorted((a, b) => {
    const [one, other] = [momentOf(a), momentOf(b)];
    return one.at - other.at || one.step - other.step;
  });
}

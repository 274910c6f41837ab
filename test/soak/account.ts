import type { Cloud } from '../../lib/index.ts';
import { type End, fateOf } from './fates.ts';
import { flowId, idBits, type Ledger } from './ledger.ts';

/** What became of every flow, computed from what was seen. */
export interface Account {
  readonly flows: number;
  readonly ends: Readonly<Record<End, number>>;
  /** Sent, and seen at no end. */
  readonly lost: number;
  /** Seen at two ends, or answered under two ids. */
  readonly doubled: number;
  /** Ended, and the decision log does not say how. */
  readonly untold: number;
  /** What the last tier, which completes a flow once, did. */
  readonly once: {
    readonly flows: number;
    /** Flows whose done-mark is missing or names another output. */
    readonly unmarked: number;
    /** Flows that the log accepts more than once, under one output id: a delivery went on after its lease had run out. */
    readonly toldAgain: number;
  };
  /** Halves that nothing waits for any more, or that no time to live will delete. */
  readonly leftInTable: number;
  /** Ends other than meant, such as `hard: expired`: no fault, for whoever is harmed may come too late. */
  readonly otherwise: Readonly<Record<string, number>>;
  /** Some flow ids of each fault, and of ends other than meant. */
  readonly examples: Readonly<Record<string, readonly string[]>>;
}

const EXAMPLES = 5;

/** Accounts for every flow. */
export async function account(ledger: Ledger, cloud: Cloud): Promise<Account> {
  const ends: Record<End, number> = { answered: 0, 'dead-lettered': 0, dropped: 0, expired: 0 };
  const faults: Record<string, number> = {};
  const otherwise: Record<string, number> = {};
  const examples: Record<string, string[]> = {};
  let onceFlows = 0;
  let toldAgain = 0;
  const example = (name: string, n: number): void => {
    examples[name] ??= [];
    if (examples[name].length < EXAMPLES) examples[name].push(flowId(n));
  };
  const fault = (name: string, n: number): void => {
    count(faults, name);
    example(name, n);
  };

  for (let n = 0; n < ledger.sent; n += 1) {
    const entry = ledger.at(n);
    const fate = fateOf(n);
    const [end] = entry.ends;
    if (end === undefined) {
      fault('lost', n);
      continue;
    }
    ends[end] += 1;
    if (entry.ends.length > 1 || entry.twoIds) fault('doubled', n);
    if (!entry.told) fault('untold', n);
    if (end !== fate.end) {
      count(otherwise, `${fate.name}: ${end}`);
      example('otherwise', n);
    }
    if (fate.once && end === fate.end) {
      onceFlows += 1;
      const mark = await cloud.table.get(`once#dearest#${flowId(n)}`);
      const done = typeof mark?.done === 'string' && typeof mark.expiresAt === 'number';
      if (!done || (end === 'answered' && idBits(mark.done as string) !== entry.outputId)) fault('unmarked', n);
    }
    if (entry.completions > 1) toldAgain += 1;
    if (fate.sends !== 'data' && (await isLeft(cloud, n, end))) fault('leftInTable', n);
  }
  const { lost = 0, doubled = 0, untold = 0, unmarked = 0, leftInTable = 0 } = faults;
  return {
    flows: ledger.sent,
    ends,
    lost,
    doubled,
    untold,
    once: { flows: onceFlows, unmarked, toldAgain },
    leftInTable,
    otherwise,
    examples,
  };
}

/** A join's item that stays for ever, or whose halves were never finished with. */
async function isLeft(cloud: Cloud, n: number, end: End): Promise<boolean> {
  const item = await cloud.table.get(`join#dear#${flowId(n)}`);
  if (!item) return false;
  const waits = item.done === undefined && item.failed === undefined && end !== 'expired';
  return waits || typeof item.expiresAt !== 'number';
}

/** True where nothing is lost, doubled, left or untold. */
export function isClean({ lost, doubled, untold, once, leftInTable }: Account): boolean {
  return lost + doubled + untold + once.unmarked + leftInTable === 0;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

import type { End } from './fates.ts';

const BIT: Readonly<Record<End, number>> = { answered: 1, 'dead-lettered': 2, dropped: 4, expired: 8 };
const ENDS = Object.keys(BIT) as End[];
const ANY_END = 15;
/** The decision log tells how it ended. */
const TOLD = 16;
const SENT = 32;
const TWO_IDS = 64;
const HAS_ID = 128;

/** What is known of every flow, in six bytes each, whatever travels. */
export interface Ledger {
  readonly sent: number;
  /** Flows sent that have ended. */
  readonly ended: number;
  send(n: number): void;
  end(flow: string, end: End): void;
  /** An answer came, under this output id; true where it is the flow's first. */
  answer(flow: string, outputId: string): boolean;
  /** The decision log says how the flow ended, and under which output id where it was answered. */
  tell(flow: string, outputId?: string): void;
  /** The decision log says that the last tier, which completes a flow once, accepted it. */
  complete(flow: string): void;
  at(n: number): Entry;
}

/** What is known of one flow. */
export interface Entry {
  readonly ends: readonly End[];
  readonly told: boolean;
  readonly twoIds: boolean;
  /** The first 32 bits of its output id. */
  readonly outputId: number;
  readonly completions: number;
}

/** The flow id of flow `n`. */
export function flowId(n: number): string {
  return `f${n}`;
}

/** The first 32 bits of an output id: enough to tell two ids of one flow apart. */
export function idBits(outputId: string): number {
  return Number.parseInt(outputId.slice(0, 8), 16);
}

/** A ledger of flows. */
export function createLedger(): Ledger {
  let bits = new Uint8Array(1_024);
  let ids = new Uint32Array(1_024);
  let completions = new Uint8Array(1_024);
  let sent = 0;
  let ended = 0;

  function grow(n: number): void {
    if (n < bits.length) return;
    const size = 2 ** Math.ceil(Math.log2(n + 1));
    const old = { bits, ids, completions };
    bits = new Uint8Array(size);
    ids = new Uint32Array(size);
    completions = new Uint8Array(size);
    bits.set(old.bits);
    ids.set(old.ids);
    completions.set(old.completions);
  }
  function numberOf(flow: string): number {
    const n = Number(flow.slice(1));
    if (!/^f\d+$/.test(flow) || n >= bits.length) throw new Error(`nobody sent a flow ${flow}`);
    return n;
  }
  function mark(n: number, bit: number): void {
    if (bit & ANY_END && !(bits[n]! & ANY_END)) ended += 1;
    bits[n]! |= bit;
  }
  function noteId(n: number, outputId: string): void {
    const id = idBits(outputId);
    if (bits[n]! & HAS_ID && ids[n] !== id) bits[n]! |= TWO_IDS;
    ids[n] = id;
    bits[n]! |= HAS_ID;
  }
  return {
    get sent() {
      return sent;
    },
    get ended() {
      return ended;
    },
    send(n) {
      grow(n);
      if (!(bits[n]! & SENT)) sent += 1;
      bits[n]! |= SENT;
    },
    end: (flow, end) => mark(numberOf(flow), BIT[end]),
    answer(flow, outputId) {
      const n = numberOf(flow);
      const again = (bits[n]! & BIT.answered) !== 0;
      noteId(n, outputId);
      mark(n, BIT.answered);
      return !again;
    },
    tell(flow, outputId) {
      const n = numberOf(flow);
      if (outputId !== undefined) noteId(n, outputId);
      bits[n]! |= TOLD;
    },
    complete(flow) {
      const n = numberOf(flow);
      if (completions[n]! < 255) completions[n]! += 1;
    },
    at(n) {
      const b = bits[n]!;
      return {
        ends: ENDS.filter((end) => b & BIT[end]),
        told: (b & TOLD) !== 0,
        twoIds: (b & TWO_IDS) !== 0,
        outputId: ids[n]!,
        completions: completions[n]!,
      };
    },
  };
}

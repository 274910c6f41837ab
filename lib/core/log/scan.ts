import { hashRange } from './flow-hash.ts';
import { isAt, type Pattern, pattern, type Window, windowOn } from './pattern.ts';
import { type ScannedNumber, scanNumber } from './scan-number.ts';
import { emptyVerdict, type LogTiers, VERDICT, type Verdict } from './verdict.ts';

/** What a scan tells. */
export interface ScanEvents {
  /** One verdict; the same object every time. */
  readonly onVerdict: (verdict: Verdict) => void;
  /** Whether a tier's records are of interest, by its place; those of others are passed over. Default: all are. */
  readonly isWanted?: (place: number) => boolean;
  /** A line that is not written as {@link logScanner} reads it, and may be a record all the same. */
  readonly onLine: (bytes: Buffer, from: number, to: number) => void;
}

/** Reads verdicts off the bytes of a log. */
export interface LogScanner {
  /** Reads the whole lines of `bytes[from, to)`; returns where the rest begins, which is no whole line yet. */
  scan(bytes: Buffer, from: number, to: number): number;
  /** How many records were read so far, those without a verdict included, and lines handed on left out. */
  records(): number;
}

/** The bytes that all records of one version of one tier have between their time and their flow. */
interface Head {
  readonly start: Pattern;
  readonly tier: number;
}

const [NEWLINE, QUOTE, ZERO, NINE, BACKSLASH, BRACE_END] = [10, 34, 48, 57, 92, 125] as const;

const BEFORE_TIME = pattern('{"v":1,"at":');
const DECISION = pattern('","decision":"');
const ACCEPTED = pattern('accepted","in":[{"id":"');
const ESCALATED = pattern('escalated","in":[{"id":"');
const DELIVERED = pattern('delivered","in":[{"id":"');
const PARKED = pattern('parked","in":[{"id":"');
const KIND = pattern('","kind":"');
const TS = pattern(',"ts":');
const NEXT_ID = pattern(',{"id":"');
const ATTEMPT = pattern('],"attempt":');
const SCORE = pattern(',"score":');
const AFTER_SCORE = ['modelMs', 'controls', 'latencyMs', 'bytes', 'calls'].map((name) => pattern(`,"${name}":`));
const OBJECT = pattern(',"object":');
const EXHAUSTED = pattern(',"exhausted":true');
const THRESHOLD = pattern(',"threshold":');
const AUDIT = pattern(',"audit":true');
const OUT = pattern(',"out":[{"id":"');
const TO = pattern('","to":"');
const OUT_END = pattern(']');
const BILLED = pattern(',"billed":{');
const END = pattern('}\n');
const BILLED_END = pattern('}}\n');

/** Deployments whose heads are looked through; of further ones in the same log each line is read as JSON. */
const MOST_HEADS = 256;
/** Costs take fewer bytes than any record: what is looked for in so many is the line's own, even where lines run together. */
const MOST_COSTS = 200;
const UUID_LENGTH = 36;

/**
 * Reads what deciding again needs straight from the bytes of records, in the order in which sluice writes their fields.
 * A line in another order, or with anything unexpected in it, is handed on to be read as JSON: that includes whatever was
 * cut short or runs into another line. What it does not notice are bytes missing in the middle of a line's costs.
 */
export function logScanner(tiers: LogTiers, { onVerdict, onLine, isWanted = () => true }: ScanEvents): LogScanner {
  const verdict = emptyVerdict();
  const number: ScannedNumber = { value: 0, end: 0 };
  const heads: Head[] = [];
  let last: Head | undefined;
  let records = 0;

  function headAt(window: Window, at: number): Head | undefined {
    if (last && isAt(window, at, last.start)) return last;
    last = heads.find((head) => isAt(window, at, head.start)) ?? learnHead(window.bytes, at);
    return last;
  }

  function learnHead(bytes: Buffer, at: number): Head | undefined {
    if (heads.length >= MOST_HEADS) return undefined;
    const start = bytes.toString('utf8', at, at + 1_000);
    const found = /^,"application":"([^"\\]*)","tier":"([^"\\]*)","version":"[^"\\]*","flow":"/.exec(start);
    if (!found) return undefined;
    const head = { start: pattern(found[0]), tier: tiers.place(found[1]!, found[2]!) };
    heads.push(head);
    return head;
  }

  /** Where the next line begins; 0 where this one is not written as expected, or not whole. */
  function scanLine(window: Window, line: number): number {
    const { bytes } = window;
    if (!isAt(window, line, BEFORE_TIME)) return 0;
    const start = skipDigits(bytes, line + BEFORE_TIME.length);
    const head = headAt(window, start);
    if (!head) return 0;
    if (!isWanted(head.tier)) return bytes.indexOf(NEWLINE, line) + 1;
    const flow = start + head.start.length;
    const flowEnd = skipId(window, flow, DECISION);
    if (!isAt(window, flowEnd, DECISION)) return 0;
    let at = flowEnd + DECISION.length;
    if (isAt(window, at, ACCEPTED)) {
      verdict.kind = VERDICT.accepted;
      at += ACCEPTED.length;
    } else if (isAt(window, at, ESCALATED)) {
      verdict.kind = VERDICT.escalated;
      at += ESCALATED.length;
    } else if (isAt(window, at, DELIVERED)) {
      verdict.kind = VERDICT.none;
      at += DELIVERED.length;
    } else if (isAt(window, at, PARKED)) {
      verdict.kind = VERDICT.none;
      at += PARKED.length;
    } else return 0;
    at = skipInputs(window, at);
    if (!isAt(window, at, ATTEMPT)) return 0;
    at = skipDigits(bytes, at + ATTEMPT.length);
    verdict.score = Number.NaN;
    if (isAt(window, at, SCORE)) {
      if (!scanNumber(bytes, at + SCORE.length, number)) return 0;
      verdict.score = number.value;
      at = number.end;
    } else if (!isUnscored(window, at)) return 0;
    at = find(window, at, at + MOST_COSTS, OBJECT);
    if (at === 0) return 0;
    at = skipDigits(bytes, at + OBJECT.length) + 1;
    if (bytes[at - 1] !== BRACE_END) return 0;
    if (verdict.kind === VERDICT.none) {
      return endOfRecord(window, at);
    }
    return scanDetails(window, at, head, flow, flowEnd);
  }

  function scanDetails(window: Window, from: number, head: Head, flow: number, flowEnd: number): number {
    const { bytes } = window;
    let at = from;
    if (isAt(window, at, EXHAUSTED)) {
      if (verdict.kind !== VERDICT.accepted) return 0;
      verdict.kind = VERDICT.exhausted;
      at += EXHAUSTED.length;
    }
    verdict.threshold = Number.NaN;
    if (isAt(window, at, THRESHOLD)) {
      if (!scanNumber(bytes, at + THRESHOLD.length, number)) return 0;
      verdict.threshold = number.value;
      at = number.end;
    }
    verdict.audit = isAt(window, at, AUDIT);
    if (verdict.audit) at += AUDIT.length;
    // Whatever else is here is a captured payload, or of a later version.
    if (!isAt(window, at, OUT)) return 0;
    at += OUT.length;
    let to = 0;
    for (;;) {
      at = skipId(window, at, TO);
      if (!isAt(window, at, TO)) return 0;
      to = at + TO.length;
      at = skipText(bytes, to) + 2;
      if (bytes[at - 1] !== BRACE_END) return 0;
      if (!isAt(window, at, NEXT_ID)) break;
      at += NEXT_ID.length;
    }
    const end = isAt(window, at, OUT_END) ? endOfRecord(window, at + 1) : 0;
    if (end === 0) return 0;
    const leads = verdict.audit || verdict.kind === VERDICT.escalated;
    if (leads && tiers.all[head.tier]!.next === undefined) {
      tiers.link(head.tier, bytes.toString('utf8', to, at - 2));
    }
    verdict.tier = head.tier;
    hashRange(window.view, flow, flowEnd, verdict.flow);
    onVerdict(verdict);
    return end;
  }

  return {
    records: () => records,
    scan(given, from, end) {
      // Cut to what is there, so that no read runs into what an earlier use of the memory left behind.
      const bytes = end === given.length ? given : given.subarray(0, end);
      const window = windowOn(bytes);
      let line = from;
      while (line < end) {
        const next = scanLine(window, line);
        if (next > 0) {
          records += 1;
          line = next;
          continue;
        }
        const newline = bytes.indexOf(NEWLINE, line);
        if (newline === -1) break;
        onLine(bytes, line, newline);
        line = newline + 1;
      }
      return line;
    },
  };
}

/** Whether a field follows that comes after the score; one that this release does not know may stand before it. */
function isUnscored(window: Window, at: number): boolean {
  for (const field of AFTER_SCORE) if (isAt(window, at, field)) return true;
  return false;
}

function skipDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at += 1;
  return at;
}

/** Where a text without escapes ends; at its first escape, otherwise. */
function skipText(bytes: Buffer, from: number): number {
  let at = from;
  for (const { length } = bytes; at < length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) return at;
  }
  return at;
}

/** Where an id ends: most are UUIDs. */
function skipId(window: Window, from: number, after: Pattern): number {
  const end = from + UUID_LENGTH;
  return isAt(window, end, after) && isPlain(window.view, from, end) ? end : skipText(window.bytes, from);
}

/** Whether a text has neither quote nor backslash in it, looked at four bytes at a time; its length is a multiple of four. */
function isPlain(view: DataView, from: number, to: number): boolean {
  let found = 0;
  for (let at = from; at < to; at += 4) {
    const word = view.getInt32(at, true);
    found |= zeroByte(word ^ 0x22222222) | zeroByte(word ^ 0x5c5c5c5c);
  }
  return found === 0;
}

/** Not zero where one of the four bytes is. */
const zeroByte = (word: number): number => (word - 0x01010101) & ~word & 0x80808080;

/** Past the messages a record was decided from. */
function skipInputs(window: Window, from: number): number {
  const { bytes } = window;
  let at = from;
  for (;;) {
    at = skipId(window, at, KIND);
    if (!isAt(window, at, KIND)) return at;
    at = skipText(bytes, at + KIND.length) + 1;
    if (isAt(window, at, TS)) at = skipDigits(bytes, at + TS.length);
    if (bytes[at] !== BRACE_END) return at;
    at += 1;
    if (!isAt(window, at, NEXT_ID)) return at;
    at += NEXT_ID.length;
  }
}

/** Past the line's end, where the record ends here or after what it was billed; 0 otherwise. */
function endOfRecord(window: Window, at: number): number {
  if (isAt(window, at, END)) return at + END.length;
  if (!isAt(window, at, BILLED)) return 0;
  const end = endOfLine(window, at, at + MOST_COSTS);
  return end > 0 && isAt(window, end - BILLED_END.length, BILLED_END) ? end : 0;
}

/** Past the next newline between `from` and about `to`; 0 where there is none. */
function endOfLine({ bytes, view }: Window, from: number, to: number): number {
  const last = Math.min(to, bytes.length - 4);
  let at = from;
  while (at <= last && zeroByte(view.getInt32(at, true) ^ 0x0a0a0a0a) === 0) at += 4;
  for (const end = Math.min(at + 4, bytes.length); at < end; at += 1) if (bytes[at] === NEWLINE) return at + 1;
  return 0;
}

/** Where `what` begins between `from` and `to`; 0 where it does not. Looks at every tenth byte or so (Horspool). */
function find(window: Window, from: number, to: number, what: Pattern): number {
  const { bytes } = window;
  const length = what.length;
  for (let at = from; at < to; ) {
    const end = bytes[at + length - 1]!;
    if (end === LAST && isAt(window, at, what)) return at;
    at += SKIP[end]!;
  }
  return 0;
}

/** How far a search for {@link OBJECT} may move on, by the byte under its last one. */
const SKIP = new Uint8Array(256).fill(OBJECT.length);
const OBJECT_BYTES = Buffer.from(',"object":');
for (let i = 0; i < OBJECT.length - 1; i += 1) SKIP[OBJECT_BYTES[i]!] = OBJECT.length - 1 - i;
const LAST = OBJECT_BYTES.at(-1);

import type { DecisionRecord } from '../decision.ts';
import { hashRange } from './flow-hash.ts';
import { isAt, type Pattern, pattern, type Window, windowOn } from './pattern.ts';
import { type ScannedNumber, scanNumber, skipNumber } from './scan-number.ts';
import { numbersEnd, textEnd, valueEnd } from './scan-text.ts';
import { comesAgain, HOLE, type Hole, type ShapePart, shapeOf } from './shape.ts';
import { emptyVerdict, type LogTiers, readVerdict, VERDICT, type Verdict, type VerdictKind } from './verdict.ts';

/** What a scan tells. */
export interface ScanEvents {
  /** One verdict; the same object every time. */
  readonly onVerdict: (verdict: Verdict) => void;
  /** Whether a tier's records are of interest, by its place; those of others are passed over. Default: all are. */
  readonly isWanted?: (place: number) => boolean;
  /** Reads a line as JSON whose shape is not known, and returns the record that it is, so that its shape will be. */
  readonly onLine: (bytes: Buffer, from: number, to: number) => DecisionRecord | undefined;
}

/** Reads verdicts off the bytes of a log. */
export interface LogScanner {
  /** Reads the whole lines of `bytes[from, to)`; returns where the rest begins, which is no whole line yet. */
  scan(bytes: Buffer, from: number, to: number): number;
  /** How many records were read so far, those without a verdict included, and lines handed on left out. */
  records(): number;
}

/** A fixed text of known lines, what comes after it, and what may come after that. */
interface Branch extends Pattern {
  readonly text: string;
  readonly hole: Hole;
  /** Bytes of the text in the hole, when it was last looked at. */
  usual: number;
  readonly next: Branch[];
  /** Where this is what comes before a version: of whose tier, by its place, once a verdict of it was met. */
  tier: number | undefined;
  /** Of the records that end here. */
  says: Said;
}

/** What all records of one shape say. */
interface Said {
  readonly kind: VerdictKind;
  readonly tier: number;
  readonly audit: boolean;
}

/** Of further shapes each line is read as JSON: more than any cascade writes in. */
export const MOST_SHAPES = 1_000;
/** Where there are more, counts differ too much to be part of a shape. */
export const MOST_WITH_COUNTS = 128;
const NEWLINE = 10;
const NOTHING: Said = { kind: VERDICT.none, tier: 0, audit: false };

/**
 * Reads what deciding again needs straight from the bytes of records. A line is read as JSON where it is the first of its
 * shape; of those after it, only the values that differ are read. A line that is not written exactly as one before it,
 * damage included, is handed on to be read as JSON: what is taken for a record is one that JSON reads, too.
 */
export function logScanner(tiers: LogTiers, { onVerdict, onLine, isWanted = () => true }: ScanEvents): LogScanner {
  const verdict = emptyVerdict();
  const number: ScannedNumber = { value: 0, end: 0 };
  const roots: Branch[] = [];
  let counts = true;
  let shapes = 0;
  let records = 0;

  function learn(record: DecisionRecord, line: string): void {
    if (counts && shapes === MOST_WITH_COUNTS) {
      counts = false;
      shapes = 0;
      roots.length = 0;
    }
    const parts = shapes < MOST_SHAPES ? shapeOf(record, line, counts) : undefined;
    if (!parts) return;
    shapes += 1;
    const path: Branch[] = [];
    for (const part of parts) path.push(branchFor(part, path.at(-1)?.next ?? roots));
    if (!readVerdict(record, tiers, verdict)) return;
    path.at(-1)!.says = { kind: verdict.kind, tier: verdict.tier, audit: verdict.audit };
    path.find(({ hole }) => hole === HOLE.version)!.tier = verdict.tier;
  }

  /** Where the next line begins; 0 where this one has no known shape, or is not whole. */
  function scanLine(window: Window, line: number): number {
    const { bytes } = window;
    let at = line;
    let next = roots;
    let flow = 0;
    let flowEnd = 0;
    verdict.score = Number.NaN;
    verdict.threshold = Number.NaN;
    for (;;) {
      const branch = branchAt(window, at, next);
      if (!branch) return 0;
      at += branch.length;
      switch (branch.hole) {
        case HOLE.number:
          at = skipNumber(bytes, at);
          break;
        case HOLE.version:
          if (branch.tier !== undefined && !isWanted(branch.tier)) return bytes.indexOf(NEWLINE, at) + 1;
          at = skipText(window, at, branch);
          break;
        case HOLE.text:
          at = skipText(window, at, branch);
          break;
        case HOLE.flow:
          flow = at;
          flowEnd = skipText(window, at, branch);
          at = flowEnd;
          break;
        case HOLE.score:
          if (!scanNumber(bytes, at, number)) return 0;
          verdict.score = number.value;
          at = number.end;
          break;
        case HOLE.threshold:
          if (!scanNumber(bytes, at, number)) return 0;
          verdict.threshold = number.value;
          at = number.end;
          break;
        case HOLE.numbers:
          at = numbersEnd(window, at);
          break;
        case HOLE.payload:
          at = valueEnd(window, at);
          break;
        default:
          say(window, branch.says, flow, flowEnd);
          return at;
      }
      if (at === 0) return 0;
      next = branch.next;
    }
  }

  function say({ view }: Window, { kind, tier, audit }: Said, flow: number, flowEnd: number): void {
    if (kind === VERDICT.none) return;
    verdict.kind = kind;
    verdict.tier = tier;
    verdict.audit = audit;
    hashRange(view, flow, flowEnd, verdict.flow);
    onVerdict(verdict);
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
        const record = onLine(bytes, line, newline);
        if (record && comesAgain(record)) learn(record, bytes.toString('utf8', line, newline));
        line = newline + 1;
      }
      return line;
    },
  };
}

/** The branch of this text and hole among others; a new one where there is none. */
function branchFor({ text, hole }: ShapePart, among: Branch[]): Branch {
  const known = among.find((branch) => branch.text === text && branch.hole === hole);
  if (known) return known;
  const branch = { ...pattern(text), text, hole, usual: 0, next: [], tier: undefined, says: NOTHING };
  among.push(branch);
  return branch;
}

function skipText(window: Window, from: number, branch: Branch): number {
  const end = textEnd(window, from, branch.usual);
  if (end > 0) branch.usual = end - from;
  return end;
}

/** The branch whose text lies at `at`. */
function branchAt(window: Window, at: number, among: Branch[]): Branch | undefined {
  for (let i = 0; i < among.length; i += 1) {
    const branch = among[i]!;
    if (!isAt(window, at, branch)) continue;
    if (i > 0) {
      among[i] = among[0]!;
      among[0] = branch;
    }
    return branch;
  }
  return undefined;
}

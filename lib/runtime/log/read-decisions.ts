import type { DecisionRecord } from '../../core/decision.ts';
import { flowKey, hashBytes } from '../../core/log/flow-hash.ts';
import { recently } from '../../core/log/key-set.ts';
import { identityOf, type LineProblem, readRecord } from '../../core/log/record.ts';
import { WINDOW } from '../../core/log/redecide.ts';
import { rejectUnknownKeys, requireOption } from '../../core/options.ts';
import type { LogRange } from '../../ports/decision-log.ts';
import { type DecisionSource, filesOf } from './source.ts';
import { wholeLines } from './whole-lines.ts';

/** Which records of a log are read, and who hears of lines that are none. */
export interface ReadOptions {
  /** Names of tiers, or of the destination. */
  readonly tiers?: readonly string[];
  /** Decided at this time or later. */
  readonly from?: Date | number;
  /** Decided before this time. */
  readonly to?: Date | number;
  /** Records of this flow only. */
  readonly flow?: string;
  /**
   * Leaves out a record that tells of a decision which one of the last 100,000 records before it tells of: the same
   * application, tier, flow, decision and messages. Default: false.
   */
  readonly unique?: boolean;
  /** Called with each line that is no record this release can read; reading goes on behind it. */
  readonly onProblem?: (problem: LogProblem) => void;
}

/** A line that is no record. */
export interface LogProblem {
  readonly problem: LineProblem;
  readonly file: string;
  /** Where the line begins, in bytes of the unpacked file. */
  readonly offset: number;
  /** Its first 200 characters. */
  readonly text: string;
}

/** What came of reading so far. */
export interface ReadSummary {
  readonly files: number;
  /** Unpacked. */
  readonly bytes: number;
  /** Records given out. */
  readonly records: number;
  /** Records that the options leave out. */
  readonly others: number;
  readonly duplicates: number;
  readonly problems: Readonly<Record<LineProblem, number>>;
}

/** Decision records, and what came of reading them. */
export interface DecisionReading extends AsyncIterable<DecisionRecord> {
  /** Counts of the reading under way, or of the last one. */
  readonly summary: ReadSummary;
  /** Bytes of the line of the record that was given out last, with its end. */
  readonly lineBytes: number;
}

/**
 * Reads decision records from files, folders or a cloud: as a stream, in the order in which they lie there, which need
 * not be the order of time. Memory stays the same however long the log is.
 *
 * @throws SluiceError `log-unreadable`, `option-unknown`, `option-invalid`
 * @example
 * ```ts
 * import { readDecisions } from 'sluice';
 * import { openCloud } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * const reading = readDecisions(cloud, { tiers: ['small'] });
 * for await (const { flow, decision, score } of reading) console.log(flow, decision, score);
 * console.log(reading.summary.records, reading.summary.problems.broken); // 0 0
 * await cloud.close();
 * ```
 */
export function readDecisions(source: DecisionSource, options: ReadOptions = {}): DecisionReading {
  checkOptions(options);
  let summary = emptySummary();
  let given: Given = { lineBytes: 0 };
  return {
    get summary() {
      return summary;
    },
    get lineBytes() {
      return given.lineBytes;
    },
    async *[Symbol.asyncIterator]() {
      summary = emptySummary();
      given = { lineBytes: 0 };
      yield* read(source, options, summary, given);
    },
  };
}

const KEYS = ['tiers', 'from', 'to', 'flow', 'unique', 'onProblem'];

function checkOptions(options: ReadOptions): void {
  rejectUnknownKeys(options, KEYS, 'readDecisions');
  for (const key of ['from', 'to'] as const) {
    const time = options[key];
    const isTime = time === undefined || !Number.isNaN(Number(time));
    requireOption(isTime, 'readDecisions', key, String(time), 'a valid Date, or milliseconds since the epoch');
  }
}

type Counting = { -readonly [K in keyof ReadSummary]: ReadSummary[K] } & { problems: Record<LineProblem, number> };

/** Of the record given out last. */
interface Given {
  lineBytes: number;
}

const emptySummary = (): Counting => ({
  files: 0,
  bytes: 0,
  records: 0,
  others: 0,
  duplicates: 0,
  problems: { cut: 0, broken: 0, foreign: 0, version: 0 },
});

async function* read(
  source: DecisionSource,
  options: ReadOptions,
  sum: Counting,
  given: Given,
): AsyncGenerator<DecisionRecord> {
  const { onProblem, unique = false } = options;
  const isWanted = wanted(options);
  const isOther = others(options);
  const isAgain = repeats();
  for await (const file of filesOf(source, rangeOf(options))) {
    sum.files += 1;
    for await (const { bytes, offset, last } of wholeLines(file)) {
      sum.bytes += bytes.length;
      for (const [line, at, end] of linesIn(bytes)) {
        if (isOther(line)) {
          sum.others += 1;
          continue;
        }
        const read = readRecord(line);
        if (typeof read === 'string') {
          const problem = read === 'broken' && last ? 'cut' : read;
          sum.problems[problem] += 1;
          onProblem?.({ problem, file: file.name, offset: offset + at, text: line.slice(0, 200) });
        } else if (!isWanted(read)) sum.others += 1;
        else if (unique && isAgain(read)) sum.duplicates += 1;
        else {
          sum.records += 1;
          given.lineBytes = end - at + 1;
          yield read;
        }
      }
    }
  }
}

/** Each line with where it begins and ends; empty ones are none, but for the end of a packed file that was cut. */
function* linesIn(bytes: Buffer): Generator<readonly [line: string, at: number, end: number]> {
  if (bytes.length === 0) yield ['', 0, 0];
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(10, at);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.toString('utf8', at, end);
    if (line.trim() !== '') yield [line, at, end];
    at = end + 1;
  }
}

function rangeOf({ from, to, tiers }: ReadOptions): LogRange {
  return {
    ...(from !== undefined && { from: Number(from) }),
    ...(to !== undefined && { to: Number(to) }),
    ...(tiers && { tiers }),
  };
}

/** How sluice begins a record. Whoever writes it anew may put spaces between names and values: such lines are all read. */
const AS_WRITTEN = /^\{(?:"sluice":"decision",)?"v":1,"at":/;

/** Tells lines that cannot be wanted before they are read as JSON: of a long log those are many, and reading them takes most of the time. */
function others({ flow, tiers }: ReadOptions): (line: string) => boolean {
  const said = (name: string, values: readonly string[]): readonly string[] =>
    values.map((value) => `"${name}":${JSON.stringify(value)}`);
  const needles = [...(flow === undefined ? [] : [said('flow', [flow])]), ...(tiers ? [said('tier', tiers)] : [])];
  return (line) =>
    AS_WRITTEN.test(line) && line.endsWith('}') && needles.some((any) => !any.some((needle) => line.includes(needle)));
}

function wanted(options: ReadOptions): (record: DecisionRecord) => boolean {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = rangeOf(options);
  const { tiers, flow } = options;
  return (record) =>
    record.at >= from &&
    record.at < to &&
    (!tiers || tiers.includes(record.tier)) &&
    (flow === undefined || record.flow === flow);
}

function repeats(): (record: DecisionRecord) => boolean {
  const seen = recently(WINDOW);
  const hash = { high: 0, low: 0 };
  return (record) => {
    hashBytes(Buffer.from(identityOf(record)), hash);
    return seen(flowKey(hash.high, hash.low, 0));
  };
}

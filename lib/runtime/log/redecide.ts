import type { DecisionRecord } from '../../core/decision.ts';
import { flowKey } from '../../core/log/flow-hash.ts';
import { recently } from '../../core/log/key-set.ts';
import { type LineProblem, readRecord } from '../../core/log/record.ts';
import { type RedecideOptions, redecider, WINDOW } from '../../core/log/redecide.ts';
import type { Redecided } from '../../core/log/redecided.ts';
import { type LogScanner, logScanner } from '../../core/log/scan.ts';
import { emptyVerdict, logTiers, readVerdict, type Verdict } from '../../core/log/verdict.ts';
import { rejectUnknownKeys, requireOption } from '../../core/options.ts';
import { type LogProblem, readDecisions } from './read-decisions.ts';
import { type DecisionSource, filesOf } from './source.ts';
import { type LinesChunk, wholeLines } from './whole-lines.ts';

/** What {@link redecide} takes. */
export interface RedecideLogOptions extends RedecideOptions {
  /** Called with each line that is no record this release can read; reading goes on behind it. */
  readonly onProblem?: (problem: LogProblem) => void;
  /** Called with each flow that would take another way; costs one more reading. */
  readonly onChange?: (change: FlowChange) => void;
}

/** Where a flow's way changes. */
export interface FlowChange {
  readonly flow: string;
  readonly tier: string;
  readonly score: number;
  /** The threshold it was decided with, where the record has one. */
  readonly threshold: number | undefined;
  /** `spared`: it would be answered here. `woken`: it would go on. */
  readonly change: 'spared' | 'woken';
}

/** What other thresholds would have decided, and what was read to know it. */
export interface RedecidedLog extends Redecided {
  /** All records, those about no prediction included. */
  readonly records: number;
  readonly problems: Readonly<Record<LineProblem, number>>;
}

/**
 * Decides a log again under other thresholds, without running a model. Tiers that `with` does not name keep the thresholds in
 * their records.
 *
 * @throws SluiceError `log-unreadable`, `option-unknown`, `option-invalid`
 * @example
 * ```ts
 * import { redecide } from 'sluice';
 * import { openCloud } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * const { changed, unknown, tiers } = await redecide(cloud, { with: { small: 0.93 } });
 * console.log(changed, unknown, tiers.map(({ tier, now }) => [tier, now.answered])); // 0 0 []
 * await cloud.close();
 * ```
 */
export async function redecide(source: DecisionSource, options: RedecideLogOptions = {}): Promise<RedecidedLog> {
  checkOptions(options);
  const tiers = logTiers();
  const decider = redecider(tiers, options);
  const verdict = emptyVerdict();
  const problems: Record<LineProblem, number> = { cut: 0, broken: 0, foreign: 0, version: 0 };
  let records = 0;

  /** Reads one line as JSON; `place` is where it lies. The record that it is, if it is one. */
  function readLine(bytes: Buffer, from: number, to: number, place: Place): DecisionRecord | undefined {
    const line = bytes.toString('utf8', from, to);
    // Nothing at all is the end of a packed file that was cut.
    if (line.trim() === '' && bytes.length > 0) return undefined;
    const record = readRecord(line);
    if (typeof record !== 'string') {
      records += 1;
      if (readVerdict(record, tiers, verdict)) decider.add(verdict);
      return record;
    }
    if (place.first) {
      const problem = record === 'broken' && place.chunk.last ? 'cut' : record;
      problems[problem] += 1;
      const offset = place.chunk.offset + from;
      options.onProblem?.({ problem, file: place.file, offset, text: line.slice(0, 200) });
    }
    return undefined;
  }

  /** How far each file was read: what is written to a living log meanwhile is not part of it. */
  const ends = new Map<string, number>();
  const first = await readAll(true);
  const total = records + first.records();
  if (decider.again()) await readAll(false);
  if (options.onChange) await tellChanges(options.onChange);
  return { records: total, problems, ...decider.result() };

  async function tellChanges(tell: (change: FlowChange) => void): Promise<void> {
    const seen = recently(options.window ?? WINDOW);
    for await (const record of readDecisions(source)) {
      if (!readVerdict(record, tiers, verdict)) continue;
      const change = decider.changeOf(verdict);
      const { high, low } = verdict.flow;
      if (!change || seen(flowKey(high, low, verdict.tier))) continue;
      const { flow, tier, score, threshold } = record;
      tell({ flow: flow!, tier, score: score!, threshold, change });
    }
  }

  async function readAll(isFirst: boolean): Promise<LogScanner> {
    let place: Place;
    const onLine = (bytes: Buffer, from: number, to: number) => readLine(bytes, from, to, place);
    const scanner = logScanner(tiers, {
      onVerdict: (found: Verdict) => decider.add(found),
      onLine,
      isWanted: decider.isWanted,
    });
    for await (const file of filesOf(source)) {
      for await (const chunk of wholeLines(file)) {
        place = { file: file.name, chunk, first: isFirst };
        const { bytes, offset } = chunk;
        const length = isFirst ? bytes.length : Math.min(bytes.length, (ends.get(file.name) ?? 0) - offset);
        if (!isFirst && length <= 0) break;
        // The last line of a file may have no end.
        readLine(bytes, scanner.scan(bytes, 0, length), length, place);
        if (isFirst) ends.set(file.name, offset + length);
      }
    }
    return scanner;
  }
}

interface Place {
  readonly file: string;
  readonly chunk: LinesChunk;
  /** Problems are told at the first reading only. */
  readonly first: boolean;
}

function checkOptions(options: RedecideLogOptions): void {
  rejectUnknownKeys(options, ['with', 'window', 'keep', 'onProblem', 'onChange'], 'redecide');
  for (const [tier, threshold] of Object.entries(options.with ?? {})) {
    const isNumber = typeof threshold === 'number' && !Number.isNaN(threshold);
    requireOption(isNumber, 'redecide', `with.${tier}`, threshold, 'a number');
  }
}

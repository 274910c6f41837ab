import type { DecisionRecord } from '../decision.ts';

/** What lies between the fixed texts of a line. */
export const HOLE = {
  /** Nothing: the line ends. */
  end: 0,
  number: 1,
  score: 2,
  threshold: 3,
  text: 4,
  version: 5,
  flow: 6,
  /** An object whose values are numbers; its names may be any. */
  numbers: 7,
  /** Any JSON. */
  payload: 8,
} as const;

export type Hole = (typeof HOLE)[keyof typeof HOLE];

/** A fixed text of a line, and what comes after it. */
export interface ShapePart {
  readonly text: string;
  readonly hole: Hole;
}

/** Fields whose values differ from record to record; of all others only the numbers do. */
const VARIES: Readonly<Record<string, keyof typeof HOLE>> = {
  version: 'version',
  flow: 'flow',
  score: 'score',
  threshold: 'threshold',
  controls: 'numbers',
  data: 'payload',
  signal: 'payload',
  output: 'payload',
};

/** The other fields of records that come in few shapes: reasons do not. */
const FEW_SHAPES =
  'v at application tier decision code in out attempt exhausted audit shadow modelMs modelCpuMs latencyMs until calls billed bytes';
const FIELDS = new Set([...FEW_SHAPES.split(' '), ...Object.keys(VARIES)]);

/** Escaped by JSON, so that no text without a backslash in it can be taken for a mark. */
const MARK = '\0';
const MARKED = /"\\u0000(number|score|threshold|numbers|payload)"|(?<=")\\u0000(text|version|flow)(?=")/;

/** Whether lines of such a record's shape are likely to come again. */
export function comesAgain(record: DecisionRecord): boolean {
  return Object.keys(record).every((name) => FIELDS.has(name));
}

/**
 * Takes what differs from record to record out of the line that a record was read from: any line with the same fixed texts
 * and the same kinds of values between them is JSON as well, and means the same but for these values. Nothing where the line
 * is not written as sluice writes it. With `counts`, counts that are mostly the same are texts: the fewer holes, the faster.
 */
export function shapeOf(record: DecisionRecord, line: string, counts: boolean): readonly ShapePart[] | undefined {
  if (line.includes('\\') || JSON.stringify(record) !== line) return undefined;
  if (!Object.values(record.controls ?? {}).every((version) => typeof version === 'number')) return undefined;
  const fixed = counts ? COUNTS : VERSION_ONLY;
  const marked = Object.entries(record).map(([name, value]) => [
    name,
    name in VARIES && value !== null ? MARK + VARIES[name] : value,
  ]);
  const markOthers = (name: string, value: unknown): unknown => {
    if (typeof value === 'number' && !fixed.has(name)) return `${MARK}number`;
    return name === 'id' && typeof value === 'string' ? `${MARK}text` : value;
  };
  const parts = JSON.stringify(Object.fromEntries(marked), markOthers)
    .split(MARKED)
    .filter((part) => part !== undefined);
  const holes = parts.filter((_, i) => i % 2 === 1) as (keyof typeof HOLE)[];
  const texts = parts.filter((_, i) => i % 2 === 0);
  texts.push(`${texts.pop()}\n`);
  return texts.map((text, i) => ({ text, hole: HOLE[holes[i] ?? 'end'] }));
}

/** It says how the record is to be read, and must be what it was. */
const VERSION_ONLY = new Set(['v']);
const COUNTS = new Set([...VERSION_ONLY, 'attempt', 'queue', 'table', 'object']);

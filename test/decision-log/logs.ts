import { Readable } from 'node:stream';
import fc from 'fast-check';
import type { Decision, DecisionRecord } from '../../lib/core/decision.ts';
import type { LogFile } from '../../lib/index.ts';

/** Lines as sluice writes them. */
export function linesOf(records: readonly DecisionRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** A log of files in memory, each handed out in chunks of this many bytes. */
export function logOf(files: readonly (string | Buffer)[], chunk = 65_536): { files(): AsyncIterable<LogFile> } {
  return {
    async *files() {
      for (const [i, file] of files.entries()) {
        const bytes = Buffer.from(file);
        yield { name: `${i}.ndjson`, bytes: () => Readable.from(slices(bytes, chunk)) };
      }
    },
  };
}

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  // Copies, as a file's reader makes them: nothing may lean on what lies behind a chunk.
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

/** A record of a tier that predicted. */
export function verdictRecord(over: Partial<DecisionRecord> = {}): DecisionRecord {
  return inWritingOrder({
    v: 1,
    at: 1_790_000_000_000,
    application: 'photos',
    tier: 'thumb',
    version: '0123456789ab',
    flow: 'f-1',
    decision: 'accepted',
    in: [{ id: '0f6a3c5e-7f2d-5d0a-8d0e-0b6a0f4a4e11', kind: 'data', ts: 1_790_000_000_000 }],
    attempt: 1,
    score: 0.9375,
    modelMs: 0.25,
    latencyMs: 12,
    calls: { queue: 1, table: 0, object: 0 },
    threshold: 0.9,
    out: [{ id: '3d1f0a52-6f0c-5f7c-9a53-6d0a2f9b6c10', to: 'answers' }],
    ...over,
  });
}

const ORDER =
  'v at application tier version flow decision in attempt shadow score controls modelMs modelCpuMs latencyMs bytes calls exhausted reason code threshold data signal output audit out until billed omitted';

/** The same record with its fields in the order in which sluice writes them. */
export function inWritingOrder(record: DecisionRecord): DecisionRecord {
  const fields = ORDER.split(' ').flatMap((key) => (key in record ? [[key, record[key as keyof DecisionRecord]]] : []));
  return Object.fromEntries(fields) as unknown as DecisionRecord;
}

const DECISIONS: readonly Decision[] = [
  'accepted',
  'accepted',
  'escalated',
  'escalated',
  'audited',
  'delivered',
  'parked',
  'dropped',
  'failed',
  'retried',
  'throttled',
  'duplicate',
];

const names = fc.constantFrom('thumb', 'small', 'deep', 'größe', 'a"b');
const ids = fc.oneof(fc.uuid(), fc.uuid(), fc.string({ maxLength: 50 }), fc.constant('","kind":"data"}],"attempt":1'));
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 1_000 }).map((n) => n / 1_000),
);
const count = fc.nat({ max: 5 });
const maybe = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<object> =>
  fc.option(value).map((one) => (one === null ? {} : { [key]: one }));

/** Any record that sluice could write, its fields in the order it writes them in. */
export const anyRecord: fc.Arbitrary<DecisionRecord> = fc
  .tuple(
    fc.record({ at: fc.nat(), application: names, tier: names, version: fc.constantFrom('v1', 'v2') }),
    fc.record({ flow: fc.oneof(ids, fc.constant(null)), decision: fc.constantFrom(...DECISIONS) }),
    fc.array(
      fc.tuple(fc.record({ id: ids, kind: fc.constantFrom('data', 'signal') }), maybe('ts', fc.nat())).map(merge),
      { minLength: 1, maxLength: 2 },
    ),
    maybe('score', numbers),
    maybe('controls', fc.dictionary(fc.constantFrom('threshold', 'object', 'calls', 'a#b'), count)),
    maybe('modelMs', numbers),
    maybe('bytes', fc.record({ declared: count, fetched: count })),
    maybe('exhausted', fc.constant(true)),
    maybe('threshold', numbers),
    maybe('data', fc.jsonValue()),
    maybe('audit', fc.constant(true)),
    fc.array(fc.record({ id: ids, to: names }), { minLength: 1, maxLength: 2 }),
    maybe('billed', fc.record({ invocations: numbers, requests: count })),
    maybe('reason', fc.constantFrom('the destination gate dropped it', 'the escalate gate dropped it', 'why')),
  )
  .map(([place, what, inputs, score, controls, ms, bytes, exhausted, threshold, data, audit, out, billed, reason]) => {
    const isVerdict = ['accepted', 'escalated', 'audited'].includes(what.decision);
    return {
      v: 1,
      ...place,
      ...what,
      in: inputs,
      attempt: 1,
      ...score,
      ...controls,
      ...ms,
      latencyMs: 3,
      ...bytes,
      calls: { queue: 1, table: 0, object: 0 },
      ...(what.decision === 'accepted' && exhausted),
      ...(isVerdict ? {} : reason),
      ...threshold,
      ...data,
      ...audit,
      ...(isVerdict && { out }),
      ...billed,
    } as unknown as DecisionRecord;
  });

function merge([a, b]: readonly [object, object]): object {
  return { ...a, ...b };
}

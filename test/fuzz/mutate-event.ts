import type { SqsRecord } from '../../lib/aws/handler-records.ts';
import type { Draws } from '../../lib/testing/random.ts';

type Bag = Record<string, unknown>;

const ODD: readonly unknown[] = [
  undefined,
  null,
  '',
  0,
  -1,
  5,
  true,
  [],
  {},
  'x',
  Number.NaN,
  '1e999',
  '-5',
  '\u0000',
  () => 1,
];

/** An event that is not quite one, or not at all. */
export function mutateEvent(draws: Draws, records: readonly SqsRecord[]): unknown {
  return draws.pick(CHANGES)(draws, records);
}

const CHANGES: readonly ((draws: Draws, records: readonly SqsRecord[]) => unknown)[] = [
  (draws) => draws.pick(ODD),
  (draws) => ({ Records: draws.pick(ODD) }),
  (draws, records) => ({ Records: [...records, draws.pick(ODD)] }),
  (draws, records) => ({ Records: [...records, draws.pick(records)] }),
  (draws, records) => ({ Records: records.map((record) => ({ ...record, messageId: draws.pick(records).messageId })) }),
  (draws, records) => ({
    Records: records.map((record) => ({ ...record, receiptHandle: draws.pick(records).receiptHandle })),
  }),
  ...(['messageId', 'receiptHandle', 'body', 'attributes', 'eventSourceARN'] as const).map(
    (key) => (draws: Draws, records: readonly SqsRecord[]) => ({ Records: changed(draws, records, key) }),
  ),
  ...['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId', 'AWSTraceHeader'].map(
    (key) => (draws: Draws, records: readonly SqsRecord[]) => ({
      Records: records.map((record) => ({ ...record, attributes: { ...record.attributes, [key]: draws.pick(ODD) } })),
    }),
  ),
];

/** One record says something else, or nothing, under a key. */
function changed(draws: Draws, records: readonly SqsRecord[], key: string): readonly Bag[] {
  const at = Math.floor(draws.between(0, records.length));
  return records.map((record, i) => (i === at ? { ...record, [key]: draws.pick(ODD) } : { ...record }));
}

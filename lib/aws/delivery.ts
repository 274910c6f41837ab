import type { DecisionRecord } from '../core/decision.ts';
import { SluiceError } from '../core/errors.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { chunks } from './chunks.ts';
import type { FirehoseClient } from './delivery-parts.ts';
import { awsError } from './errors.ts';
import { once } from './once.ts';

/** How a function's decisions get into the bucket. */
export interface DeliveryOptions {
  /** Names of delivery streams by the tier whose records they take. */
  readonly streams: Readonly<Record<string, string>>;
  /** The stream for records of a tier that has none here, such as one that a deployment has taken away. */
  readonly otherwise?: string | undefined;
  /** The call, where it is not the real one. */
  readonly client?: FirehoseClient;
}

/** What one call takes (API reference, PutRecordBatch). */
const MOST = { entries: 500, bytes: 4 * 1_024 * 1_024 };
const ROUNDS = 3;

/**
 * A decision log on delivery streams, one a tier. All records of one write go as one gzipped piece, because Firehose bills
 * each piece as at least 5 KB. A write has been taken by Firehose, in three places, when it resolves.
 */
export function deliveredDecisions({ streams, otherwise, client }: DeliveryOptions): DecisionLog {
  // Begins to load where the function does: in its init phase, while nobody waits.
  const loading = import('./delivery-parts.ts');
  loading.catch(() => undefined);
  const open = once(async () => {
    const { firehoseClient, packed } = await loading.catch(() => import('./delivery-parts.ts'));
    return { firehose: client ?? firehoseClient(), packed };
  });

  async function deliver(tier: string, records: readonly DecisionRecord[]): Promise<void> {
    const stream = streams[tier] ?? otherwise;
    if (stream === undefined) throw noStream(tier);
    const { firehose, packed } = await open();
    for (const batch of chunks(packed(records), MOST, (piece) => piece.length)) {
      await deliverAll(firehose, stream, batch);
    }
  }

  return {
    async write(records) {
      const byTier = Map.groupBy(records, ({ tier }) => tier);
      await Promise.all([...byTier].map(([tier, some]) => deliver(tier, some)));
    },
    async flow(flow) {
      throw new SluiceError('usage', 'a function does not read the decision log', {
        flow,
        fix: 'Read it with npx sluice flow <id> --outputs <file>, or with readDecisions.',
      });
    },
  };
}

/** Firehose may take some pieces of a call and not others. */
async function deliverAll(firehose: FirehoseClient, stream: string, pieces: readonly Buffer[]): Promise<void> {
  let left = pieces;
  for (let round = 1; left.length > 0; round += 1) {
    if (round > ROUNDS) throw notTaken(stream, left.length);
    const batch = left;
    const refused = await firehose.put(stream, batch).catch((thrown: unknown) => {
      throw awsError(thrown, { code: 'log-failed', doing: `delivering decisions to ${stream}` });
    });
    left = refused.map((place) => batch[place]!);
  }
}

function notTaken(stream: string, pieces: number): SluiceError {
  return new SluiceError(
    'log-failed',
    `the delivery stream ${stream} did not take ${pieces} pieces of the decision log`,
    {
      fix: 'Its flows come back and are recorded then. Where that lasts, ask AWS for a higher quota of the stream.',
      retry: 'always',
    },
  );
}

function noStream(tier: string): SluiceError {
  return new SluiceError('log-failed', 'there is no delivery stream for the decisions of this tier', {
    tier,
    fix: 'Deploy the application again: the Cascade construct makes one for each tier.',
    retry: 'always',
  });
}

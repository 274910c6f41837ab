import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { chunksOf, MAX_BATCH_ENTRIES } from './chunks.ts';
import { parallel } from './parallel.ts';

/** One delivery in a batch. */
export interface ReceiptEntry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

const AT_ONCE = 8;
/** What SQS says to a receipt that names no delivery in flight any more. */
const STALE = /ReceiptHandleIsInvalid|MessageNotInflight|InvalidParameterValue|InvalidIdFormat/;

/** Does something to deliveries, ten in a call; a receipt that is no longer valid is passed over. */
export async function byReceipts(
  receipts: readonly string[],
  failed: (thrown: unknown) => never,
  call: (entries: ReceiptEntry[]) => Promise<{ readonly Failed?: BatchResultErrorEntry[] | undefined }>,
): Promise<void> {
  const named = receipts.filter((receipt) => receipt !== '');
  await parallel(chunksOf(named, MAX_BATCH_ENTRIES), AT_ONCE, async (batch) => {
    const entries = batch.map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }));
    const { Failed = [] } = await call(entries).catch(failed);
    const real = Failed.find(({ Code = '' }) => !STALE.test(Code));
    if (real) failed(Object.assign(new Error(real.Message ?? 'SQS does not say why'), { name: real.Code }));
  });
}

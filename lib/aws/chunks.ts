/** How much one batch may hold. */
export interface ChunkLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Entries of one SQS batch. */
export const MAX_BATCH_ENTRIES = 10;

/**
 * Cuts entries into batches, in order: each holds at most so many entries and bytes. An entry that alone is above the
 * limit gets a batch of its own.
 */
export function chunks<T>(entries: readonly T[], limits: ChunkLimits, bytesOf: (entry: T) => number): T[][] {
  const result: T[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = bytesOf(entry);
    const last = result.at(-1);
    if (last && last.length < limits.entries && bytes + size <= limits.bytes) {
      last.push(entry);
      bytes += size;
    } else {
      result.push([entry]);
      bytes = size;
    }
  }
  return result;
}

/** The same where only the number of entries is limited. */
export function chunksOf<T>(entries: readonly T[], most: number): T[][] {
  return chunks(entries, { entries: most, bytes: Number.POSITIVE_INFINITY }, () => 0);
}

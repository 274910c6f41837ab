import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { applyUpdate, type Item } from '../../lib/core/table-update.ts';
import { awsBackend, ENDPOINT, SKIPPED } from './endpoint.ts';
import { updates } from './table-updates.ts';

const name = `law: DynamoDB does with random updates what the contract says (${ENDPOINT ?? SKIPPED})`;

test.skipIf(!ENDPOINT)(name, { timeout: 60_000 }, async () => {
  const backend = await awsBackend({});
  onTestFinished(() => backend.remove());
  const { table } = backend.cloud;
  let steps = 0;
  const sequence = fc.asyncProperty(fc.array(updates, { minLength: 1, maxLength: 8 }), async (sequence) => {
    const key = randomUUID();
    let item: Item | undefined;
    for (const update of sequence) {
      const after = applyUpdate(item, { key, ...update });
      const expected = after ? { applied: true, item: after } : { applied: false, item };
      expect(await table.update({ key, ...update })).toEqual(expected);
      item = after ?? item;
      steps += 1;
    }
    expect(await table.get(key)).toEqual(item);
  });
  await fc.assert(sequence, { numRuns: 1_000, interruptAfterTimeLimit: 25_000 });
  console.log(`${steps} random updates compared`);
});

import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { toControlState, versionBefore } from '../../lib/core/control/item.ts';
import { controlKey } from '../../lib/core/control/keys.ts';
import { connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import { renumberControl } from '../../lib/runtime/controls/renumber.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';

const HIGHEST = Number.MAX_SAFE_INTEGER;
const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop', history: 5 });
type Level = { default: typeof level };
const reads = defineTier({
  name: 'reads',
  input: z.object({ key: z.string() }),
  controls: { level: control<Level>('level') },
  output: z.object({ value: z.number(), version: z.number() }),
  predict: ({ data, controls }) => controls.level.get(data.key),
});
const levels = ({ cloud }: TestCascade) => connectControl<Level>('level', { cloud });

/** A key that a message of the highest version has frozen, after three of its own. */
async function frozen(): Promise<TestCascade> {
  const cascade = await started({ tiers: [reads], controls: [level] });
  for (const [value, version] of [
    [1, 3],
    [2, 4],
    [666, HIGHEST],
  ] as const) {
    await levels(cascade).set(value, { key: 'a', version });
    await cascade.drain();
  }
  return cascade;
}

describe('a key at the highest version there is', () => {
  test('takes no message more, whatever it says', async () => {
    const cascade = await frozen();
    const client = levels(cascade);
    for (const version of [5, HIGHEST]) {
      await client.set(7, { key: 'a', version });
      await client.delete({ key: 'a', version });
      await client.restore(4, { key: 'a', version });
    }
    await client.set(7, { key: 'a' });
    await expect(client.set(7, { key: 'a', version: HIGHEST + 1 })).rejects.toMatchObject({ code: 'control-invalid' });
    await cascade.drain();
    expect(await client.get('a')).toMatchObject({ value: 666 });
  });

  test('numbered anew keeps what counts, can go back to what was before it, and takes messages again', async () => {
    const cascade = await frozen();
    const client = levels(cascade);
    expect(await renumberControl(cascade.cloud.table, 'level', 'a')).toBe(3);
    expect(await client.get('a')).toMatchObject({ value: 666, version: 3 });
    const before = versionBefore(toControlState(await cascade.cloud.table.get(controlKey('level', 'a')))!)!;
    await client.restore(before.version, { key: 'a', version: 4 });
    await cascade.drain();
    expect(await client.get('a')).toMatchObject({ value: 2, version: 4 });
    // The same value under the same number as one before it was renumbered: it counts all the same.
    await client.set(1, { key: 'a', version: 5 });
    await cascade.drain();
    expect(await client.get('a')).toMatchObject({ value: 1, version: 5 });
    await cascade.send('reads', { key: 'a' });
    await cascade.drain();
    expect(cascade.answers.at(-1)).toMatchObject({ output: { value: 1, version: 5 }, controls: { level: 5 } });
  });

  test('keeps to what each version restored, as far as that is kept', async () => {
    const cascade = await started({ tiers: [reads], controls: [level] });
    const client = levels(cascade);
    await client.set(1, { key: 'a', version: 10 });
    await client.set(2, { key: 'a', version: 20 });
    await client.restore(10, { key: 'a', version: 30 });
    await client.set(3, { key: 'a', version: 40 });
    await client.restore(20, { key: 'a', version: HIGHEST - 1 });
    await client.set(4, { key: 'a', version: HIGHEST });
    await cascade.drain();
    await renumberControl(cascade.cloud.table, 'level', 'a');
    const kept = (await client.history('a')).map(({ version, value, restores }) => [version, value, restores]);
    expect(kept).toEqual([
      [1, 2, undefined],
      [2, 1, undefined],
      [3, 3, undefined],
      [4, 2, 1],
      [5, 4, undefined],
    ]);
  });

  test('is numbered anew beside writers, and loses none of them', async () => {
    const cascade = await started({ tiers: [reads], controls: [level] });
    const client = levels(cascade);
    await client.set(1, { key: 'a', version: 1_000 });
    await cascade.drain();
    await client.set(2, { key: 'a', version: 2_000 });
    const { table } = cascade.cloud;
    // Between its read and its write, another's write.
    const get = async (key: string) => {
      const item = await table.get(key);
      await cascade.deliver('controls');
      return item;
    };
    expect(await renumberControl({ ...table, get }, 'level', 'a')).toBe(2);
    expect(await client.get('a')).toMatchObject({ value: 2, version: 2 });
    expect((await client.history('a')).map(({ value }) => value)).toEqual([1, 2]);
  });

  test('that was never set stays so', async () => {
    const cascade = await started({ tiers: [reads], controls: [level] });
    expect(await renumberControl(cascade.cloud.table, 'level', 'a')).toBeUndefined();
    expect(await levels(cascade).history('a')).toEqual([]);
    await expect(renumberControl(cascade.cloud.table, 'level', 'a*')).rejects.toMatchObject({
      code: 'control-invalid',
    });
  });
});

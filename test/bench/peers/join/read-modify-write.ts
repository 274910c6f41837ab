import type { Json } from '../../../../lib/core/json.ts';
import type { LocalCloud } from '../../../../lib/local/index.ts';
import type { OpenJoin } from './contender.ts';
import { send, startHandMade } from './hand-made.ts';
import { joined, type Photo, type Reading } from './work.ts';

/**
 * The join that one would write: read the flow's item, run where the other half is there, else write one's own, provided
 * nobody wrote meanwhile. It marks what is done, and has no lease: a message that comes twice at once may run twice.
 */
export const openReadModifyWrite: OpenJoin = (cloud, onAnswer) =>
  startHandMade(cloud, onAnswer, {
    onSignal: (signal) => meet(cloud, signal.n, 'signal', signal),
    onPhoto: (photo) => meet(cloud, photo.n, 'photo', photo),
  });

async function meet(cloud: LocalCloud, n: number, side: 'signal' | 'photo', half: Reading | Photo): Promise<boolean> {
  const key = `join#${n}`;
  for (;;) {
    const item = await cloud.table.get(key);
    if (item?.done) return true;
    const both = { ...item, [side]: half } as { readonly signal?: Reading; readonly photo?: Photo };
    if (both.signal && both.photo) {
      await send(cloud, 'answers', [joined(both.signal, both.photo)]);
      await cloud.table.update({ key, set: { done: true }, remove: ['signal', 'photo'] });
      return true;
    }
    const { applied } = await cloud.table.update({
      key,
      set: { [side]: half as unknown as Json, version: Number(item?.version ?? 0) + 1 },
      when: [
        item ? { attribute: 'version', is: '=', value: Number(item.version) } : { attribute: 'version', is: 'absent' },
      ],
    });
    if (applied) return true;
  }
}

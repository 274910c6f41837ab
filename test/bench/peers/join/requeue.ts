import type { Json } from '../../../../lib/core/json.ts';
import type { OpenJoin } from './contender.ts';
import { send, startHandMade } from './hand-made.ts';
import { joined, type Photo } from './work.ts';

/** How long a signal that came too early stays away: SQS counts in whole seconds. */
export const AWAY_MS = 1_000;

/** Re-queue until ready: data is stored; a signal whose data is not there goes back to its queue for a while. */
export const openRequeue: OpenJoin = (cloud, onAnswer) =>
  startHandMade(cloud, onAnswer, {
    async onSignal(signal, { receipt }) {
      const key = `join#${signal.n}`;
      const item = await cloud.table.get(key);
      if (item?.done) return true;
      if (!item) {
        await cloud.queue('second').hide([receipt], AWAY_MS);
        return false;
      }
      await send(cloud, 'answers', [joined(signal, item.photo as unknown as Photo)]);
      await cloud.table.update({ key, set: { done: true }, remove: ['photo'] });
      return true;
    },
    async onPhoto(photo) {
      const { applied } = await cloud.table.update({
        key: `join#${photo.n}`,
        set: { photo: photo as unknown as Json },
        when: [{ attribute: 'photo', is: 'absent' }],
      });
      return applied;
    },
  });

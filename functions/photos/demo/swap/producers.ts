import { connect } from 'sluice';
import type { LocalCloud } from 'sluice/local';
import { labels } from '../../model/labels.ts';
import type { Photo } from '../../model/photos.ts';
import { encodePng } from '../../model/png.ts';
import { encodeThumbnail, thumbnail } from '../../model/thumbnail.ts';

/** A photo on its way. */
export interface Shot {
  readonly flowId: string;
  readonly photo: Photo;
}

/** Photos that are sent at a steady rate for as long as they are asked for. */
export interface Producers {
  /** What was sent so far. */
  readonly shots: readonly Shot[];
  /** Sends on until there is a reason to stop. */
  until(enough: () => boolean): Promise<void>;
}

/** Photos sent at once: one of each product. */
const WAVE = labels.length;

/** The camera and the uploader: thumbnails go to the first tier, the same flows' full photos to `small`. */
export function producers(cloud: LocalCloud, photos: readonly Photo[], everyMs: number): Producers {
  const { clock } = cloud;
  const camera = connect<typeof import('../../thumb.ts')>('thumb', { cloud });
  const uploader = connect<typeof import('./photos/small.ts')>('small.photos', { cloud });
  const shots: Shot[] = [];
  const began = clock.now();

  async function send(wave: readonly Shot[]): Promise<void> {
    const at = new Date(clock.now());
    const data = { shop: 'oslo' };
    const sent = await Promise.all([
      camera.sendBatch(
        wave.map(({ flowId, photo: { pixels } }) => ({
          ...{ flowId, at },
          data: { ...data, thumbnail: encodeThumbnail(thumbnail(pixels)) },
        })),
      ),
      uploader.sendBatch(
        wave.map(({ flowId, photo: { pixels } }) => ({ flowId, at, data, objects: { photo: encodePng(pixels) } })),
      ),
    ]);
    for (const { error } of sent.flat()) if (error) throw error;
  }
  return {
    shots,
    async until(enough) {
      while (!enough()) {
        const due = began + shots.length * everyMs;
        await clock.sleep(Math.max(0, due - clock.now()));
        const from = shots.length;
        const wave = Array.from(
          { length: WAVE },
          (_, i): Shot => ({
            flowId: `photo-${from + i}`,
            photo: photos[(from + i) % photos.length]!,
          }),
        );
        shots.push(...wave);
        await send(wave);
      }
    },
  };
}

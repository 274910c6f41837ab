import { type Photo, readPhotos } from '../../functions/photos/model/photos.ts';
import { encodePng } from '../../functions/photos/model/png.ts';
import { encodeThumbnail, thumbnail } from '../../functions/photos/model/thumbnail.ts';
import { type Cloud, connect } from '../../lib/index.ts';
import { loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';

/** A photo as a flow. */
export interface PhotoFlow {
  readonly flowId: string;
  readonly photo: Photo;
}

/** The first photos of the demo's test set, as flows of this name. */
export async function photoFlows(name: string, count: number): Promise<readonly PhotoFlow[]> {
  return (await readPhotos('photos')).slice(0, count).map((photo, i) => ({ flowId: `${name}-${i}`, photo }));
}

/** Sends both halves of each flow. @throws where one was not sent */
export async function sendPhotos(cloud: Cloud, flows: readonly PhotoFlow[], shop: unknown = 'oslo'): Promise<void> {
  const thumbs = connect('thumb', { cloud });
  const full = connect<typeof import('../../functions/photos/small.ts')>('small.photos', { cloud });
  const at = new Date();
  const photos = await full.sendBatch(
    flows.map(({ flowId, photo }) => ({
      flowId,
      at,
      data: { shop: 'oslo' },
      objects: { photo: encodePng(photo.pixels) },
    })),
  );
  const thumbnails = await thumbs.sendBatch(
    flows.map(({ flowId, photo }) => ({
      flowId,
      at,
      data: { shop, thumbnail: encodeThumbnail(thumbnail(photo.pixels)) },
    })),
  );
  const failed = [...photos, ...thumbnails].find(({ error }) => error);
  if (failed) throw failed.error;
}

/** What the embedded cloud answers to these flows. */
export async function embeddedAnswers(
  flows: readonly PhotoFlow[],
): Promise<Readonly<Record<string, { readonly tier: string; readonly output: unknown }>>> {
  const cloud = await openCloud({ dir: ':memory:' });
  const answers: Record<string, { tier: string; output: unknown }> = {};
  const cascade = await startCascade({
    application: await loadApplication('functions/photos'),
    cloud,
    onAnswer({ flowId, tier, output }) {
      answers[flowId] = { tier, output };
    },
  });
  await sendPhotos(cloud, flows);
  await cascade.settled();
  await cascade.stop();
  await cloud.close();
  return answers;
}

import { type Photo, readPhotos } from './model/photos.ts';
import { encodePng } from './model/png.ts';
import { encodeThumbnail, thumbnail } from './model/thumbnail.ts';

/** A few photos are enough: what a simulation varies is all that happens around the models. */
const SAMPLE = 24;
const SHOPS = ['oslo', 'lima', 'pune', 'kyiv'];

let sample: Promise<readonly Photo[]> | undefined;

/** What `sluice simulate photos` sends: a thumbnail from the camera, the photo from the uploader. */
export async function input({
  id,
  at,
  draws,
}: {
  readonly id: string;
  readonly at: Date;
  readonly draws: { pick<T>(values: readonly T[]): T };
}) {
  sample ??= readPhotos('photos').then((photos) => photos.slice(0, SAMPLE));
  const { pixels } = draws.pick(await sample);
  const shop = draws.pick(SHOPS);
  const thumb = { shop, thumbnail: encodeThumbnail(thumbnail(pixels)) };
  return [
    { entry: 'thumb', flowId: id, at, data: thumb, fair: shop },
    { entry: 'small.photos', flowId: id, at, data: { shop }, objects: { photo: encodePng(pixels) } },
  ];
}

/** The networks answer the same photo the same, so each photo goes through each of them once. */
export const pure = true;

import { labels } from '../../model/labels.ts';
import { type Photo, readPhotos } from '../../model/photos.ts';
import { shuffled } from '../shuffle.ts';

/**
 * The demo's photos in an order in which products take turns: some are harder than others, and no version of a model
 * should meet more of these.
 */
export async function mixedPhotos(): Promise<readonly Photo[]> {
  const photos = shuffled(await readPhotos('photos'), 1);
  const products = labels.map((label) => photos.filter((photo) => photo.label === label));
  const longest = Math.max(...products.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => products.flatMap((of) => of.slice(turn, turn + 1))).flat();
}

import { expect, test } from 'vitest';
import { type Photo, readPhotos } from '../../functions/photos/model/photos.ts';
import { encodePng } from '../../functions/photos/model/png.ts';
import { encodeThumbnail, thumbnail } from '../../functions/photos/model/thumbnail.ts';
import { type Cloud, connect } from '../../lib/index.ts';
import { loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';
import { deadLetterSources, listDeadLetters, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { collectAnswers, deployPhotos } from './deployed.ts';

const PHOTOS = 60;

/** Needs an AWS endpoint: `npm run test:cloud` brings one along. */
test.skipIf(!process.env.AWS_ENDPOINT_URL)(
  'the photo cascade, deployed with cdk deploy, answers as the embedded cloud does',
  async () => {
    const photos = (await readPhotos('photos')).slice(0, PHOTOS);
    const expected = await answersOfEmbeddedCloud(photos);
    const { cloud } = await deployPhotos();
    await sendPhotos(cloud, photos);
    const answers = await collectAnswers(cloud, PHOTOS, 120_000);
    const seen = new Map([...answers].map(([flow, { tier, output }]) => [flow, { tier, output }]));
    expect(Object.fromEntries([...seen].sort())).toEqual(Object.fromEntries([...expected].sort()));
    expect(new Set([...seen.values()].map((a) => a.tier))).toEqual(new Set(['thumb', 'small', 'deep']));

    // A photo that never escalates leaves its other half parked, with a time to live.
    const [satisfied] = [...seen].find(([, { tier }]) => tier === 'thumb')!;
    const parked = await cloud.table.get(`join#small#${satisfied}`);
    expect(parked).toMatchObject({ data: expect.anything(), expiresAt: expect.any(Number) });

    // Poison goes to the dead letters with its reason, and comes back when redriven.
    const { graph } = await loadApplication('functions/photos');
    const client = connect('thumb', { cloud });
    await client.send({ shop: 1 }, { flowId: 'poison' });
    const letters = await eventually(
      () => listDeadLetters(cloud, deadLetterSources(graph)),
      (found) => found.length === 1,
    );
    expect(letters[0]).toMatchObject({ flow: 'poison', tier: 'thumb', code: 'data-invalid' });
    expect((await redriveDeadLetters(cloud, deadLetterSources(graph), { flow: 'poison' })).done).toHaveLength(1);
  },
  300_000,
);

async function answersOfEmbeddedCloud(
  photos: readonly Photo[],
): Promise<ReadonlyMap<string, { tier: string; output: unknown }>> {
  const cloud = await openCloud({ dir: ':memory:' });
  const answers = new Map<string, { tier: string; output: unknown }>();
  const cascade = await startCascade({
    application: await loadApplication('functions/photos'),
    cloud,
    onAnswer: ({ flowId, tier, output }) => void answers.set(flowId, { tier, output }),
  });
  await sendPhotos(cloud, photos);
  await cascade.settled();
  await cascade.stop();
  await cloud.close();
  return answers;
}

async function sendPhotos(cloud: Cloud, photos: readonly Photo[]): Promise<void> {
  const thumbs = connect<typeof import('../../functions/photos/thumb.ts')>('thumb', { cloud });
  const full = connect<typeof import('../../functions/photos/small.ts')>('small.photos', { cloud });
  const at = new Date();
  const sent = [
    ...(await full.sendBatch(
      photos.map(({ pixels }, i) => ({
        flowId: `p${i}`,
        at,
        data: { shop: 'oslo' },
        objects: { photo: encodePng(pixels) },
      })),
    )),
    ...(await thumbs.sendBatch(
      photos.map(({ pixels }, i) => ({
        flowId: `p${i}`,
        at,
        data: { shop: 'oslo', thumbnail: encodeThumbnail(thumbnail(pixels)) },
      })),
    )),
  ];
  expect(sent.filter((s) => s.error)).toEqual([]);
}

async function eventually<T>(look: () => Promise<T>, isThere: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const found = await look();
    if (isThere(found) || tries === 30) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

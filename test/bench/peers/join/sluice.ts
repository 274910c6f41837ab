import { fileURLToPath } from 'node:url';
import { connect } from '../../../../lib/index.ts';
import { loadApplication, startCascade } from '../../../../lib/local/index.ts';
import type { OpenJoin } from './contender.ts';
import type { Joined } from './work.ts';

/** `join` of a tier: each half is one write, and whoever sees both runs, under a lease. */
export const openSluice: OpenJoin = async (cloud, onAnswer) => {
  await startCascade({
    application: await loadApplication(fileURLToPath(new URL('./application', import.meta.url))),
    cloud,
    onAnswer: ({ output }) => onAnswer(output as Joined),
  });
  const readings = connect<typeof import('./application/first.ts')>('first', { cloud });
  const photos = connect<typeof import('./application/second.ts')>('second.photos', { cloud });
  const all = (some: readonly { readonly n: number }[]) => some.map((data) => ({ flowId: `f${data.n}`, data }));
  return {
    sendReadings: async (some) => failing(await readings.sendBatch(all(some) as never)),
    sendPhotos: async (some) => failing(await photos.sendBatch(all(some) as never)),
  };
};

function failing(results: readonly { readonly error?: Error }[]): void {
  for (const { error } of results) if (error) throw error;
}

import { loadNetwork } from './network.ts';
import { type NetworkName, networks } from './networks.ts';
import type { Photo } from './photos.ts';
import { thumbnail } from './thumbnail.ts';

/** How one model did on a set of photos, each list in the order of the photos. */
export interface Scores {
  readonly name: NetworkName;
  /** Of each answer, 0 to 1. */
  readonly confidence: readonly number[];
  /** Whether each answer was right. */
  readonly right: readonly boolean[];
  /** Mean time of one answer on this machine, in milliseconds. */
  readonly milliseconds: number;
  readonly multiplyAdds: number;
}

/** Lets a model answer every photo, one after the other. */
export async function scorePhotos(name: NetworkName, photos: readonly Photo[]): Promise<Scores> {
  const network = await loadNetwork(networks[name]);
  const inputs = photos.map(({ pixels }) => (name === 'linear14' ? thumbnail(pixels) : pixels));
  // The engine compiles the loops during the first answers: they would count as slow photos.
  for (const input of inputs.slice(0, 50)) network.classify(input);
  const start = performance.now();
  const answers = inputs.map((input) => network.classify(input));
  const milliseconds = (performance.now() - start) / photos.length;
  return {
    name,
    confidence: answers.map(({ confidence }) => confidence),
    right: answers.map(({ label }, index) => label === photos[index]?.label),
    milliseconds,
    multiplyAdds: network.multiplyAdds,
  };
}

/** The share of right answers, 0 to 1. */
export function accuracy({ right }: Pick<Scores, 'right'>): number {
  return right.filter(Boolean).length / right.length;
}

import type { LocalCloud } from '../../../../lib/local/index.ts';
import type { Joined, Photo, Reading } from './work.ts';

/** A way to join two streams by flow, started on a cloud. */
export interface Join {
  sendReadings(readings: readonly Reading[]): Promise<void>;
  sendPhotos(photos: readonly Photo[]): Promise<void>;
}

/** Starts one. */
export type OpenJoin = (cloud: LocalCloud, onAnswer: (answer: Joined) => void) => Promise<Join>;

import type { Network } from '../../model/network.ts';

/** From black to white: as good as any photo to see whether numbers come out. */
const ramp = (side: number): Uint8Array =>
  Uint8Array.from({ length: side * side }, (_, i) => (255 * i) / (side * side));

/** Whether a model computes at all. Whether it is right only shows on photos. */
export function answersNumbers(network: Network): boolean {
  return network.logits(ramp(network.side)).every(Number.isFinite);
}

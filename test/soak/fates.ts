/** How a flow can end. */
export type End = 'answered' | 'dead-lettered' | 'dropped' | 'expired';

/** What is meant to become of a flow. */
export interface Fate {
  readonly name: string;
  /** Flows in a hundred. */
  readonly share: number;
  readonly end: End;
  /** Which halves are sent. */
  readonly sends: 'data' | 'both' | 'part';
  /** True where the last tier, which completes a flow once, works on it. */
  readonly once?: true;
}

/** Every end occurs, at every tier that can bring it about. */
export const FATES: readonly Fate[] = [
  { name: 'easy', share: 50, end: 'answered', sends: 'data' },
  { name: 'hard', share: 25, end: 'answered', sends: 'both' },
  { name: 'hardest', share: 14, end: 'answered', sends: 'both', once: true },
  { name: 'stumbles', share: 2, end: 'answered', sends: 'data' },
  { name: 'wavers', share: 1, end: 'answered', sends: 'both', once: true },
  { name: 'poison', share: 2, end: 'dead-lettered', sends: 'data' },
  { name: 'hopeless', share: 1, end: 'dead-lettered', sends: 'both' },
  { name: 'unwanted', share: 1, end: 'dropped', sends: 'data' },
  { name: 'withheld', share: 1, end: 'dropped', sends: 'both', once: true },
  { name: 'late', share: 1, end: 'expired', sends: 'data' },
  { name: 'signal-alone', share: 1, end: 'expired', sends: 'data' },
  { name: 'part-alone', share: 1, end: 'expired', sends: 'part' },
];

const BY_HUNDRED = FATES.flatMap((fate) => new Array<Fate>(fate.share).fill(fate));

/** The fate of flow `n`; neighbours have different ones, so that every batch is mixed. */
export function fateOf(n: number): Fate {
  return BY_HUNDRED[(n * 37) % BY_HUNDRED.length]!;
}

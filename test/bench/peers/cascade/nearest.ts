import type { Digit, DigitModel } from './digits.ts';

const NEIGHBOURS = 3;

/** The large model: compares a digit with every one it knows, and the three nearest vote, near ones more. */
export function nearest(known: readonly Digit[]): DigitModel {
  const side = known[0]!.pixels.length;
  return {
    name: `${NEIGHBOURS} nearest of ${known.length}`,
    multiplyAdds: known.length * side,
    classify(pixels) {
      const found: { readonly distance: number; readonly label: number }[] = [];
      for (const { label, pixels: other } of known) {
        let distance = 0;
        for (let i = 0; i < side; i += 1) {
          const difference = pixels[i]! - other[i]!;
          distance += difference * difference;
        }
        if (found.length === NEIGHBOURS && distance >= found.at(-1)!.distance) continue;
        found.push({ distance, label });
        found.sort((a, b) => a.distance - b.distance).splice(NEIGHBOURS);
      }
      return vote(found);
    },
  };
}

function vote(found: readonly { readonly distance: number; readonly label: number }[]): {
  readonly label: number;
  readonly confidence: number;
} {
  const votes = new Map<number, number>();
  let total = 0;
  for (const { distance, label } of found) {
    const weight = 1 / (distance + 1e-6);
    votes.set(label, (votes.get(label) ?? 0) + weight);
    total += weight;
  }
  const [label, most] = [...votes].reduce((best, next) => (next[1] > best[1] ? next : best));
  return { label, confidence: most / total };
}

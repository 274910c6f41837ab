/** A step function that never falls: from `from[i]` on, its value is `value[i]`. */
export interface Isotonic {
  readonly from: readonly number[];
  readonly value: readonly number[];
}

/**
 * The rising step function nearest to points, by weighted squares: neighbours that fall are pooled until none does.
 *
 * @param x - Rising; equal ones are one point.
 */
export function fitIsotonic(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weight: (i: number) => number = () => 1,
): Isotonic {
  const blocks: { from: number; sum: number; weight: number }[] = [];
  for (let i = 0; i < x.length; i++) {
    const before = blocks.at(-1);
    if (i > 0 && x[i] === x[i - 1] && before) {
      before.sum += weight(i) * y[i]!;
      before.weight += weight(i);
    } else {
      blocks.push({ from: x[i]!, sum: weight(i) * y[i]!, weight: weight(i) });
    }
    // Equal scores are still to come: pool only when this one is complete.
    if (x[i] !== x[i + 1]) pool(blocks);
  }
  return { from: blocks.map(({ from }) => from), value: blocks.map(({ sum, weight: w }) => sum / w) };
}

function pool(blocks: { from: number; sum: number; weight: number }[]): void {
  while (blocks.length > 1) {
    const [before, last] = [blocks.at(-2)!, blocks.at(-1)!];
    if (before.sum * last.weight < last.sum * before.weight) return;
    before.sum += last.sum;
    before.weight += last.weight;
    blocks.pop();
  }
}

/** The function's value; below its first step it goes on as it begins. */
export function isotonicAt({ from, value }: Isotonic, x: number): number {
  let [low, high] = [0, from.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (from[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return value[Math.max(0, low - 1)] ?? Number.NaN;
}

/** At most `count` thresholds, falling, that let about equally many more scores pass each; none below `lowest`. */
export function quantileCuts(scores: Float64Array, count: number, lowest: number): Float64Array {
  const rising = scores.filter((score) => score >= lowest).sort();
  const cuts: number[] = [];
  for (let i = 1; i <= count; i++) {
    // The first cut lets the surest few pass, the last one all.
    const cut = rising[rising.length - Math.max(1, Math.round((i * rising.length) / count))];
    if (cut !== undefined && cut !== cuts.at(-1)) cuts.push(cut);
  }
  return Float64Array.from(cuts);
}

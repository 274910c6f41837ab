/** Logits of one prediction, and which of them belongs to the right answer. */
export interface LogitRow {
  readonly logits: readonly number[];
  readonly truth: number;
}

/**
 * The temperature that logits should be divided by, so that softmax gives the right answers the highest likelihood
 * (Guo et al. 2017). It changes no answer, only how sure it is said to be.
 *
 * The likelihood has one peak in 1 / temperature: it is found by halving where its slope changes sign.
 */
export function fitTemperature(rows: readonly LogitRow[]): number {
  if (rows.length === 0) return 1;
  let [low, high] = [Math.log(1e-3), Math.log(1e3)];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (slope(rows, Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return 1 / Math.exp((low + high) / 2);
}

/** How the log likelihood grows with the inverse temperature: the right logit minus the mean one, summed up. */
function slope(rows: readonly LogitRow[], inverse: number): number {
  return rows.reduce((sum, { logits, truth }) => {
    const largest = Math.max(...logits);
    const shares = logits.map((logit) => Math.exp(inverse * (logit - largest)));
    const all = shares.reduce((a, b) => a + b, 0);
    return sum + logits[truth]! - logits.reduce((mean, logit, i) => mean + (logit * shares[i]!) / all, 0);
  }, 0);
}

/** How sure softmax is of its first choice at a temperature. */
export function confidenceAt(logits: readonly number[], temperature: number): number {
  const largest = Math.max(...logits);
  return 1 / logits.reduce((sum, logit) => sum + Math.exp((logit - largest) / temperature), 0);
}

import { binomialCdf } from './binomial.ts';

/** Whether two samples come from one distribution: the largest gap between their shares below a score (Kolmogorov and Smirnov). */
export function sameDistribution(a: Float64Array, b: Float64Array): { readonly gap: number; readonly p: number } {
  if (a.length === 0 || b.length === 0) return { gap: 0, p: 1 };
  const [x, y] = [a.slice().sort(), b.slice().sort()];
  let gap = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const score = Math.min(x[i]!, y[j]!);
    while (x[i] === score) i++;
    while (y[j] === score) j++;
    gap = Math.max(gap, Math.abs(i / x.length - j / y.length));
  }
  const size = Math.sqrt((x.length * y.length) / (x.length + y.length));
  return { gap, p: kolmogorovTail(gap * size) };
}

/** Whether two counts of events come at one rate: given their sum, the first is binomial. */
export function sameRate(count1: number, n1: number, count2: number, n2: number): number {
  const all = count1 + count2;
  if (all === 0 || n1 + n2 === 0) return 1;
  const share = n1 / (n1 + n2);
  const low = binomialCdf(count1, all, share);
  const high = 1 - binomialCdf(count1 - 1, all, share);
  return Math.min(1, 2 * Math.min(low, high));
}

function kolmogorovTail(x: number): number {
  if (x < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

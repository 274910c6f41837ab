/** Probability that a binomial variable is at most `k`: the tail an exact test of "too many errors" looks at. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (p <= 0) return 1;
  if (p >= 1) return 0;
  return regularizedBeta(1 - p, n - k, k + 1);
}

/** The most errors in `n` at which "the error rate is at least `p`" is still rejected at level `delta`; -1 where none are few enough. */
export function criticalCount(n: number, p: number, delta: number): number {
  let fits = -1;
  let tooMany = Math.ceil(n * p) + 1;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (binomialCdf(middle, n, p) <= delta) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/** Clopper–Pearson: the largest rate under which `k` errors in `n`, or fewer, are still as likely as `delta`. */
export function upperBound(k: number, n: number, delta: number): number {
  if (n === 0 || k >= n) return 1;
  return bisect((p) => binomialCdf(k, n, p) > delta, k / n, 1);
}

/** Clopper–Pearson from below: the smallest rate under which `k` events in `n`, or more, are still as likely as `delta`. */
export function lowerBound(k: number, n: number, delta: number): number {
  return n === 0 || k <= 0 ? 0 : 1 - upperBound(n - k, n, delta);
}

/** Where a condition that holds at `from` and not at `to` stops to hold. */
function bisect(holds: (x: number) => boolean, from: number, to: number): number {
  let [yes, no] = [from, to];
  for (let i = 0; i < 60 && no - yes > 1e-15; i++) {
    const middle = (yes + no) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return no;
}

/** The regularized incomplete beta function: on the side where its continued fraction (DLMF 8.17.22) converges fast. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  if (x <= (a + 1) / (a + b + 2)) return Math.min(1, (front * betaFraction(x, a, b)) / a);
  return Math.max(0, 1 - (front * betaFraction(1 - x, b, a)) / b);
}

/** 1 / (1 + d₁ / (1 + d₂ / …)), from the front by Lentz's method; it needs about √max(a, b) terms. */
function betaFraction(x: number, a: number, b: number): number {
  const terms = 200 + 20 * Math.sqrt(Math.max(a, b));
  let c = 1;
  let d = notZero(1 - ((a + b) * x) / (a + 1));
  d = 1 / d;
  let value = d;
  for (let m = 1; m < terms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return value;
}

const notZero = (x: number): number => (Math.abs(x) < 1e-300 ? 1e-300 : x);

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series, after stepping up to where it is exact to double precision. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 16; z++) shift += Math.log(z);
  const r = 1 / (z * z);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188))))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

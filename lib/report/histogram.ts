/** How many values lie in a stretch, by series. A value on a border belongs to the stretch above; the last holds its end. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** Counts of values, of several series side by side. */
export interface Histogram {
  add(value: number, series: number): void;
  /** Bins of one width from the lowest value to the highest, about 32; none where no value was added. */
  bins(): readonly Bin[];
  readonly total: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Bins kept: what is shown is merged from them. */
const FINE = 4_096;
const SHOWN = 32;
/** Values that are kept as they are, to learn how far they spread. */
const FIRST = 4_096;

/** Whether a number can be a score: sums and squares of larger ones are none any more. */
export const isScore = (value: number): boolean => Math.abs(value) <= 1e100;

/**
 * Counts exactly and in the same memory however many values come. Widths are powers of two and borders their multiples, so that
 * bins can be merged without a value changing its side: when one falls outside, the width doubles.
 */
export function histogram(series: number): Histogram {
  const first: { readonly value: number; readonly series: number }[] = [];
  let fine: Fine | undefined;
  let total = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;

  const settle = (): Fine => {
    const made = fineBins(lowest, highest, series);
    for (const { value, series } of first) made.add(value, series);
    return made;
  };
  return {
    get total() {
      return total;
    },
    get lowest() {
      return lowest;
    },
    get highest() {
      return highest;
    },
    add(value, series) {
      if (!isScore(value)) return;
      total += 1;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      if (fine) fine.add(value, series);
      else if (first.push({ value, series }) >= FIRST) {
        fine = settle();
        first.length = 0;
      }
    },
    bins: () => (total === 0 ? [] : (fine ?? settle()).merged(lowest, highest)),
  };
}

interface Fine {
  add(value: number, series: number): void;
  merged(lowest: number, highest: number): readonly Bin[];
}

function fineBins(lowest: number, highest: number, series: number): Fine {
  // A quarter of the bins at first, so that a few further values fit.
  let width = widthFor(lowest, highest, FINE / 4);
  let start = placeOf(lowest, width);
  let counts = Array.from({ length: series }, () => new Float64Array(FINE));

  function widen(value: number): void {
    while (placeOf(value, width) < start || placeOf(value, width) >= start + FINE) {
      const from = Math.floor(start / 2);
      const wider = counts.map(() => new Float64Array(FINE));
      counts.forEach((column, s) => {
        column.forEach((n, i) => {
          wider[s]![Math.floor((start + i) / 2) - from]! += n;
        });
      });
      [counts, start, width] = [wider, from, 2 * width];
      // Below the first bin there is room only where the bins move.
      const place = placeOf(value, width);
      if (place < start) shift(start + FINE / 2 - place);
    }
  }
  /** Moves bins up, as far as those at the end are empty. */
  function shift(wanted: number): void {
    const last = counts.reduce(
      (most, column) =>
        Math.max(
          most,
          column.findLastIndex((n) => n > 0),
        ),
      0,
    );
    const by = Math.min(wanted, FINE - 1 - last);
    counts = counts.map((column) => {
      const moved = new Float64Array(FINE);
      moved.set(column.subarray(0, FINE - by), by);
      return moved;
    });
    start -= by;
  }
  return {
    add(value, s) {
      widen(value);
      counts[s]![placeOf(value, width) - start]! += 1;
    },
    merged(lowest, highest) {
      const wide = Math.max(width, widthFor(lowest, highest, SHOWN));
      const from = placeOf(lowest, wide);
      // Where the highest value lies on a border, it belongs to the bin below: 1 is the end of shares, not their beginning.
      const top = placeOf(highest, wide);
      const to = Math.max(from, top * wide === highest ? top - 1 : top);
      const bins = Array.from({ length: to - from + 1 }, (_, i) => ({
        from: (from + i) * wide,
        to: (from + i + 1) * wide,
        counts: Array.from({ length: series }, () => 0),
      }));
      counts.forEach((column, s) => {
        column.forEach((n, i) => {
          const at = Math.min(to, Math.floor(((start + i) * width) / wide)) - from;
          if (n > 0) bins[at]!.counts[s]! += n;
        });
      });
      return bins;
    },
  };
}

/** The multiple of a width that a value is at or above; a quotient too small for a number must not take it past its border. */
function placeOf(value: number, width: number): number {
  const place = Math.floor(value / width);
  return place * width > value ? place - 1 : place;
}

/** The smallest power of two that covers a range with so many bins; a range without width gets bins around its size. */
function widthFor(lowest: number, highest: number, bins: number): number {
  // Divided first: the difference of two numbers may be too large for one.
  const width = highest / bins - lowest / bins || Math.abs(highest) / bins ** 2 || 1 / bins ** 2;
  // No finer than numbers of that size are.
  const finest = Math.ceil(Math.log2(Math.max(Math.abs(lowest), Math.abs(highest)))) - 50;
  return 2 ** Math.max(-1_000, finest, Math.ceil(Math.log2(width)));
}

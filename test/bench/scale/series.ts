import { type Histogram, histogram } from './histogram.ts';

/** One second of one tier, or of the whole cascade. */
export interface Second {
  readonly second: number;
  /** Messages that wait, by queue, on average; the whole cascade has none of its own. */
  readonly backlog: readonly number[];
  /** The most that waited, all queues together. */
  readonly peakBacklog: number;
  /** Age of the oldest of them, s. */
  readonly oldest: number;
  /** Most invocations at a time, and most that the mappings would have allowed. */
  readonly concurrency: number;
  readonly allowed: number;
  readonly throttles: number;
  /** Results in it. */
  readonly results: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/** What is read off at each tick. */
export interface Reading {
  readonly backlog: readonly number[];
  readonly oldest: number;
  readonly concurrency: number;
  readonly allowed: number;
  readonly throttles: number;
}

/** Seconds as they pass, and the durations of the whole run. */
export interface Series {
  readonly seconds: readonly Second[];
  readonly durations: Histogram;
  /** A result that took so long, s. */
  took(seconds: number, weight: number): void;
  read(reading: Reading): void;
  /** Ends a second. */
  close(second: number): void;
}

/** A series without a second yet. */
export function series(): Series {
  const seconds: Second[] = [];
  const durations = histogram();
  const recent = histogram();
  let readings: Reading[] = [];
  let throttlesBefore = 0;
  const most = (of: (reading: Reading) => number): number => readings.reduce((peak, one) => Math.max(peak, of(one)), 0);
  return {
    seconds,
    durations,
    took(took, weight) {
      durations.add(took, weight);
      recent.add(took, weight);
    },
    read(reading) {
      readings.push(reading);
    },
    close(second) {
      const last = readings.at(-1)!;
      seconds.push({
        second,
        backlog: last.backlog.map((_, i) => sum(readings.map(({ backlog }) => backlog[i]!)) / readings.length),
        peakBacklog: most(({ backlog }) => sum(backlog)),
        oldest: most(({ oldest }) => oldest),
        concurrency: most(({ concurrency }) => concurrency),
        allowed: most(({ allowed }) => allowed),
        throttles: last.throttles - throttlesBefore,
        results: recent.total,
        p50: recent.quantile(0.5),
        p99: recent.quantile(0.99),
      });
      throttlesBefore = last.throttles;
      readings = [];
      recent.clear();
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

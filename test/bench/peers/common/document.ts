/** Everything one run of the benchmarks measured: `docs/benchmarks.json`. */
export interface Benchmarks {
  /** What to type to get such a run. */
  readonly command: string;
  readonly date: string;
  /** True: fewer rounds, to see that everything works. */
  readonly quick: boolean;
  readonly machine: Machine;
  /** Of each contender and what it runs on, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly scenarios: readonly Scenario[];
}

/** Where it was measured. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

/** One question, and what was measured to answer it. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What is measured and how each contender is configured; a paragraph each. */
  readonly about: readonly string[];
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** Processes that wanted to run, 1-minute average, before and after. */
  readonly load: readonly [number, number];
  readonly seconds: number;
}

/** Rows of figures. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly key: string;
  readonly title: string;
  /** Digits after the point. */
  readonly digits?: number;
  /** Shown as percent. */
  readonly share?: true;
}

/** A figure that does not exist is `null`. */
export type Row = Readonly<Record<string, string | number | null>>;

/** What sluice sets itself, and what came out. */
export interface Goal {
  readonly text: string;
  readonly limit: number;
  readonly measured: number;
  readonly met: boolean;
}

/** A goal to stay at or below a limit. */
export function atMost(text: string, measured: number, limit: number): Goal {
  return { text, limit, measured, met: measured <= limit };
}

/** A goal to reach a limit. */
export function atLeast(text: string, measured: number, limit: number): Goal {
  return { text, limit, measured, met: measured >= limit };
}

import { readFile } from 'node:fs/promises';

/** What a tier's flows do, on average. */
export interface Figures {
  /** The share of its flows that is not satisfied. */
  readonly escalates: number;
  /** Its model's time for one record on one core, ms. */
  readonly modelMs: number;
  /** Objects fetched for one prediction. */
  readonly gets: number;
}

/** The photo demo, 2,000 photos on 2 shared cores: the run that the README shows. */
export const DEMO: Readonly<Record<string, Figures>> = {
  thumb: { escalates: 1_763 / 2_000, modelMs: 33.3 / 2_000, gets: 0 },
  small: { escalates: 337 / 1_763, modelMs: 1_600 / 1_763, gets: 1 },
  deep: { escalates: 0, modelMs: 5_400 / 351, gets: 1 },
};

/** A tier that nobody measured. */
export const UNKNOWN: Figures = { escalates: 0.2, modelMs: 10, gets: 0 };

interface DemoRun {
  readonly tiers: readonly { name: string; in: number; escalated: number; modelMs: number }[];
}

/** The same figures from a run of one's own: the file that `npm start -- --json` wrote. */
export async function figuresFrom(file: string): Promise<Readonly<Record<string, Figures>>> {
  const { tiers } = JSON.parse(await readFile(file, 'utf8')) as DemoRun;
  return Object.fromEntries(
    tiers.map(({ name, in: taken, escalated, modelMs }) => [
      name,
      { escalates: escalated / taken, modelMs: modelMs / taken, gets: DEMO[name]?.gets ?? UNKNOWN.gets },
    ]),
  );
}

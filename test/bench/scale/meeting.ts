import type { Parcel } from './line.ts';

/** Flows that began at one moment, and which of their halves have been stored. */
interface Cohort {
  flows: number;
  dataStored: number;
  signals: Parcel[];
}

/** Where the halves of a join meet; whoever comes second runs the model. */
export interface Meeting {
  /** Signals and data that wait for each other's, in flows. */
  readonly waiting: number;
  expect(born: number, flows: number): void;
  /** Stores signals; returns those whose data was there. */
  signal(parcel: Parcel): readonly Parcel[];
  /** Stores data; returns the signals that had waited for it. */
  data(parcel: Parcel): readonly Parcel[];
}

/** A meeting place. Which flows of a moment escalate has nothing to do with the order their data is stored in. */
export function meeting(): Meeting {
  const cohorts = new Map<number, Cohort>();
  let waiting = 0;
  const at = (born: number): Cohort => {
    const known = cohorts.get(born);
    if (known) return known;
    const made: Cohort = { flows: 0, dataStored: 0, signals: [] };
    cohorts.set(born, made);
    return made;
  };

  return {
    get waiting() {
      return waiting;
    },
    expect(born, flows) {
      at(born).flows += flows;
    },
    signal(parcel) {
      const cohort = at(parcel.born);
      const share = cohort.flows > 0 ? Math.min(1, cohort.dataStored / cohort.flows) : 0;
      const left = parcel.count * (1 - share);
      if (left > 0) cohort.signals.push({ ...parcel, count: left });
      waiting += left;
      return share > 0 ? [{ ...parcel, count: parcel.count * share }] : [];
    },
    data({ born, count }) {
      const cohort = at(born);
      const missing = cohort.flows - cohort.dataStored;
      const share = missing > 0 ? Math.min(1, count / missing) : 1;
      cohort.dataStored += count;
      const met = cohort.signals.map((parcel) => ({ ...parcel, count: parcel.count * share }));
      cohort.signals = share < 1 ? cohort.signals.map((p) => ({ ...p, count: p.count * (1 - share) })) : [];
      for (const { count: done } of met) waiting -= done;
      return met;
    },
  };
}

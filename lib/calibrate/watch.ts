import { logWealth } from './betting.ts';

/** A rate that a watch expects to stay between limits. */
export interface ExpectedRate {
  /** What it is about, as `small escalates`. */
  readonly name: string;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** Counts of events among trials, and how sure it is that their rate has left its limits. */
export interface WatchedRate extends ExpectedRate {
  /** Of all that was observed. */
  readonly trials: number;
  readonly events: number;
  /** Of the trials since betting began anew, or that gave the alarm: rates between which theirs may lie without one. */
  readonly band: Band;
  readonly alarm: 'none' | 'too-low' | 'too-high';
}

export interface Band {
  readonly trials: number;
  readonly events: number;
  readonly low: number;
  readonly high: number;
}

/** Watches one rate; the chance that it ever gives an alarm while the rate keeps its limits is δ at most. */
export interface RateWatch {
  /** Adds what was seen since the last time, and says whether there is an alarm. An alarm stays. */
  observe(trials: number, events: number): WatchedRate['alarm'];
  state(): WatchedRate;
}

/** Bets for small and for large departures, as shares of what may be staked. */
const STAKES = [0.01, 0.03, 0.1, 0.3, 0.8];

/**
 * Bets against "the rate is `high` at most" and against "it is `low` at least". Who bets against a true claim hardly ever
 * becomes rich: his fortune exceeds 1 / α at any time, ever, with a chance of α at most (Ville's inequality). So it may
 * be looked at after every flow.
 *
 * A fortune that was lost while all was well would take long to win back, so betting begins anew with each round of
 * `round` trials; round i has the share 1 / (i (i + 1)) of δ, and all rounds together δ.
 */
export function watchRate(rate: ExpectedRate, delta: number, round = 10_000): RateWatch {
  let [trials, events] = [0, 0];
  let [roundTrials, roundEvents, rounds] = [0, 0, 1];
  let alarm: WatchedRate['alarm'] = 'none';
  // Each side of the limits has half.
  const level = (): number => delta / (2 * rounds * (rounds + 1));
  return {
    state: () => {
      const band = { trials: roundTrials, events: roundEvents, ...bandOf(rate, roundTrials, level()) };
      return { ...rate, trials, events, band, alarm };
    },
    observe(moreTrials, moreEvents) {
      trials += moreTrials;
      events += moreEvents;
      if (alarm !== 'none') return alarm;
      if (roundTrials >= round) {
        rounds += 1;
        [roundTrials, roundEvents] = [0, 0];
      }
      roundTrials += moreTrials;
      roundEvents += moreEvents;
      alarm = verdict(rate, roundTrials, roundEvents, level());
      return alarm;
    },
  };
}

function verdict({ low, high }: ExpectedRate, trials: number, events: number, level: number): WatchedRate['alarm'] {
  if (isTooRare(trials, trials - events, 1 - high, level)) return 'too-high';
  if (isTooRare(trials, events, low, level)) return 'too-low';
  return 'none';
}

/** Whether so few events speak against a rate of `least` or more. */
function isTooRare(trials: number, events: number, least: number, level: number): boolean {
  if (least <= 0) return false;
  if (least >= 1) return events < trials;
  return logWealth(trials, [{ weight: 1, count: events }], least, STAKES) >= Math.log(1 / level);
}

/** The rates at which the alarm would go off now, found by halving. */
function bandOf(rate: ExpectedRate, trials: number, level: number): Pick<Band, 'low' | 'high'> {
  const edge = (isQuiet: (events: number) => boolean, inside: number, outside: number): number => {
    let [quiet, loud] = [inside, outside];
    if (isQuiet(loud)) return loud / Math.max(1, trials);
    while (Math.abs(loud - quiet) > 1) {
      const middle = Math.trunc((quiet + loud) / 2);
      if (isQuiet(middle)) quiet = middle;
      else loud = middle;
    }
    return quiet / trials;
  };
  if (trials === 0) return { low: 0, high: 1 };
  const middle = Math.round(trials * rate.expected);
  return {
    low: edge((events) => !isTooRare(trials, events, rate.low, level), middle, 0),
    high: edge((events) => !isTooRare(trials, trials - events, 1 - rate.high, level), middle, trials),
  };
}

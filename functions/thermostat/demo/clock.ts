import { type OpenCloudOptions, systemClock } from 'sluice/local';

type Clock = NonNullable<OpenCloudOptions['clock']>;

/** The real clock, which can be put forward: between two readings lies a minute that nobody waits for. */
export function hurriedClock(): Clock & { forward(ms: number): void } {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    sleep: systemClock.sleep,
    forward(ms) {
      ahead += ms;
    },
  };
}

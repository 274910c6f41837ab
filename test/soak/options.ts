import { parseArgs } from 'node:util';
import { toMs } from '../../lib/core/duration.ts';

/** What a soak is asked to do. */
export interface Options {
  /** How long it is under load. */
  readonly ms: number;
  /** At most so many flows, spread evenly. */
  readonly flows: number;
  readonly killEveryMs: number;
  readonly stallEveryMs: number;
  /** How long a message in work stays hidden. */
  readonly visibilityMs: number;
  /** How long a half waits for the other one. */
  readonly ttl: string;
  readonly json: boolean;
  readonly keep: boolean;
  readonly deployed: boolean;
}

export const USAGE = `usage: npm run soak -- [options]

  --minutes <n>        under load for so long (10)
  --flows <n>          at most so many flows, spread evenly (as many as it takes)
  --kill-every <time>  on average (5s)
  --stall-every <time> each past the visibility timeout (60s)
  --visibility <time>  how long a message in work stays hidden (5s)
  --ttl <time>         how long a half waits for the other (60s)
  --deployed           against the AWS endpoint in AWS_ENDPOINT_URL
  --keep               keep the folder and the whole decision log
  --json               print the account as JSON
  --help               print this`;

/** Reads the command line; throws with what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      flows: { type: 'string', default: '100000000' },
      'kill-every': { type: 'string', default: '5s' },
      'stall-every': { type: 'string', default: '60s' },
      visibility: { type: 'string', default: '5s' },
      ttl: { type: 'string', default: '60s' },
      deployed: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    ms: positive('minutes', values.minutes) * 60_000,
    flows: positive('flows', values.flows),
    killEveryMs: toMs(values['kill-every'] as '5s', '--kill-every'),
    stallEveryMs: toMs(values['stall-every'] as '60s', '--stall-every'),
    visibilityMs: toMs(values.visibility as '5s', '--visibility'),
    ttl: values.ttl,
    deployed: values.deployed,
    keep: values.keep,
    json: values.json,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} is ${text}, not a positive number`);
}

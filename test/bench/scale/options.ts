import { parseArgs } from 'node:util';
import { assume, number, positive, settle, UsageError } from './assignments.ts';
import { ASSUMED, type Assumed } from './assumed.ts';
import { LIMITS } from './aws.ts';
import { DEMO, type Figures, figuresFrom } from './figures.ts';
import { STEP, type Step } from './load.ts';
import type { Changes } from './shape.ts';

/** What the command line asked for. */
export interface Options {
  readonly application: string;
  readonly load: Step;
  readonly accountConcurrency: number;
  readonly assumed: Assumed;
  readonly figures: Readonly<Record<string, Figures>>;
  readonly changes: Readonly<Record<string, Changes>>;
  /** Compare the options that scale a tier, each turned alone. */
  readonly compare: boolean;
  /** Flows a day to estimate on paper instead of simulating. */
  readonly estimate: number | undefined;
  readonly peak: number;
  readonly svg: string | undefined;
  readonly json: boolean;
}

/** What `--help` prints. */
export const USAGE = `npm run bench:scale -- [options]

Simulates a deployed cascade under the scaling rules that AWS publishes. Nothing is deployed or called.

  --application <folder>  the cascade (default functions/photos)
  --from, --to <n>        flows a second before and in the step (10, 10000)
  --at, --hold, --end <s> when it begins, how long it holds, when the run ends (60, 600, 840)
  --account <n>           invocations at a time that the account has for it (1000)
  --set <tier>.<key>=<n>  change a tier, any number of times; keys: memorySize, batchSize, windowSeconds,
                          maxConcurrency, pollers (as 2..200), escalates, modelMs, gets
  --assume <key>=<n>      change what AWS does not publish: ${Object.keys(ASSUMED).slice(0, 5).join(', ')} …
  --figures <file>        shares and model times from: npm start -- --json > <file>
  --compare               the options that scale a tier, each turned alone
  --estimate <n>          a day of n flows, such as 1e9, on paper; --peak <n> is its busiest moment by the average (3)
  --svg <file>            write a picture of the run
  --json                  everything, for machines`;

/** Reads the command line; `undefined` where help was asked for. @throws UsageError */
export async function readOptions(args: readonly string[]): Promise<Options | undefined> {
  const values = parse(args);
  if (values.help) return undefined;
  const figures = values.figures ? await figuresFrom(values.figures) : DEMO;
  const estimated = values.estimate === undefined ? undefined : positive('--estimate', values.estimate);
  return {
    application: values.application,
    load: {
      from: number('--from', values.from),
      to: number('--to', values.to),
      at: number('--at', values.at),
      hold: positive('--hold', values.hold),
      end: positive('--end', values.end),
    },
    accountConcurrency: positive('--account', values.account),
    peak: positive('--peak', values.peak),
    estimate: estimated,
    compare: values.compare,
    json: values.json,
    svg: values.svg,
    assumed: assume(values.assume),
    ...settle(values.set, figures),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        application: { type: 'string', default: 'functions/photos' },
        from: { type: 'string', default: String(STEP.from) },
        to: { type: 'string', default: String(STEP.to) },
        at: { type: 'string', default: String(STEP.at) },
        hold: { type: 'string', default: String(STEP.hold) },
        end: { type: 'string', default: String(STEP.end) },
        account: { type: 'string', default: String(LIMITS.accountConcurrency) },
        set: { type: 'string', multiple: true, default: [] },
        assume: { type: 'string', multiple: true, default: [] },
        figures: { type: 'string' },
        compare: { type: 'boolean', default: false },
        estimate: { type: 'string' },
        peak: { type: 'string', default: '3' },
        svg: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { type Fuzzed, fuzz } from './fuzz.ts';

/** `npm run fuzz -- --count 1000000 --seed 1`: random and mutated records through the Lambda handlers, each accounted for. */
const USAGE = 'usage: npm run fuzz -- [--count <records>] [--seed <whole number>] [--json]\n';
const { values, problem } = read();
const [count, seed] = [Number(values.count), Number(values.seed)];
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (problem !== undefined || !Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`${problem === undefined ? '' : `${problem}\n\n`}${USAGE}`);
  process.exit(2);
}

// A promise that nobody settles leaves nothing to wait for: the process would end as if all were well.
let ended = false;
process.on('beforeExit', () => {
  if (ended) return;
  process.stderr.write(`seed ${seed}: hangs for ever, with nothing left that could end it\n`);
  process.exitCode = 1;
});

const bar = new SingleBar(
  { format: '{bar} {value} of {total} records · {eta_formatted} left' },
  Presets.shades_classic,
);
const shows = !values.json && process.stderr.isTTY;
if (shows) bar.start(count, 0);
const began = performance.now();
const fuzzed = await fuzz({
  count,
  seed,
  ...(shows && { onProgress: (records) => bar.update(Math.min(records, count)) }),
});
const seconds = (performance.now() - began) / 1_000;
bar.stop();
ended = true;

if (values.json) process.stdout.write(`${JSON.stringify({ ...fuzzed, seconds })}\n`);
else process.stdout.write(`${textOf(fuzzed)}${(fuzzed.records / seconds).toFixed(0)} records/s\n`);
if (fuzzed.wrong.length > 0) process.exitCode = 1;

function textOf({ records, events, acknowledged, returned, decisions, codes, wrong }: Fuzzed): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  return [
    `seed ${seed}: ${records} records in ${events} events, ${acknowledged} done with, ${returned} returned, ${wrong.length} wrong`,
    `decisions: ${list(decisions)}`,
    `reasons: ${list(codes)}`,
    ...wrong.map(({ event, problem }) => `WRONG at event ${event}: ${problem}`),
    '',
  ].join('\n');
}

interface Read {
  readonly values: {
    readonly count?: string;
    readonly seed?: string;
    readonly json?: boolean;
    readonly help?: boolean;
  };
  readonly problem?: string;
}

function read(): Read {
  try {
    return parseArgs({
      options: {
        count: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return { values: {}, problem: error instanceof Error ? error.message : String(error) };
  }
}

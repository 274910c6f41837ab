import { writeFile } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import { isSluiceError } from '../../../lib/core/errors.ts';
import { loadApplication } from '../../../lib/runtime/application.ts';
import { UsageError } from './assignments.ts';
import { SOURCES } from './aws.ts';
import { asGiven, compare, runScenario } from './compare.ts';
import { beyondDefaults, estimate } from './estimate.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { printCompared, printEstimate, printRun } from './print.ts';
import { shapeOf } from './shape.ts';
import { summarise } from './summary.ts';
import { toSvg } from './svg.ts';

/** `npm run bench:scale`: a deployed cascade under the scaling rules that AWS publishes, without AWS. */
try {
  const options = await readOptions(process.argv.slice(2));
  if (options) await main(options);
  else console.log(USAGE);
} catch (thrown) {
  // A wrong option is the caller's to correct; a stack trace would only hide it.
  if (!(thrown instanceof UsageError) && !isSluiceError(thrown)) throw thrown;
  console.error(`${thrown.message}\n\nnpm run bench:scale -- --help lists the options.`);
  process.exitCode = 2;
}

async function main(options: Options): Promise<void> {
  const application = await loadApplication(options.application);
  const say = (result: object, text: () => string): void =>
    console.log(options.json ? JSON.stringify({ ...result, sources: SOURCES }) : text());
  if (options.estimate !== undefined) {
    const { estimate: flowsPerDay, peak, figures, assumed, changes } = options;
    const result = estimate({ flowsPerDay, peak, figures, assumed, shape: shapeOf(application, changes) });
    return say(result, () => printEstimate(result, peak));
  }
  if (options.compare) {
    const bar = progress(options, '{bar} {value}/{total} options');
    const result = compare(application, options, (done, of) => bar.update(done, of));
    bar.stop();
    return say({ compared: result }, () => printCompared(result));
  }
  const bar = progress(options, '{bar} {value}/{total} s simulated');
  const outcome = runScenario(application, options, asGiven(options), (second) => bar.update(second, options.load.end));
  bar.stop();
  if (options.svg) await writeFile(options.svg, toSvg(outcome));
  const summary = summarise(outcome);
  const { shape } = outcome.run;
  const beyond = beyondDefaults(options.load.to, { shape, figures: options.figures, assumed: options.assumed });
  say({ summary, beyond, outcome }, () => printRun(summary, beyond, options));
}

function progress({ json }: Options, format: string) {
  const shown = !json && process.stderr.isTTY;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_grey);
  let begun = false;
  return {
    update(done: number, of: number): void {
      if (!shown) return;
      if (!begun) bar.start(of, done);
      begun = true;
      bar.update(done);
    },
    stop: (): void => bar.stop(),
  };
}

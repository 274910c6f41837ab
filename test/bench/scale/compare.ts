import type { Application } from '../../../lib/runtime/application.ts';
import type { Options } from './options.ts';
import { type Scenario, scenariosOf } from './scenarios.ts';
import { shapeOf } from './shape.ts';
import { type Outcome, simulate } from './simulate.ts';
import { type Summary, summarise } from './summary.ts';

/** A scenario and what came of it. */
export interface Compared {
  readonly scenario: Scenario;
  readonly summary: Summary;
}

/** As deployed, with what the command line changes. */
export function asGiven({ changes, accountConcurrency }: Options): Scenario {
  return { name: 'as deployed', changes, accountConcurrency };
}

/** Simulates one way to deploy an application. */
export function runScenario(
  application: Application,
  { load, assumed, figures }: Options,
  { changes, accountConcurrency }: Scenario,
  onSecond?: (second: number) => void,
): Outcome {
  const shape = shapeOf(application, changes);
  return simulate({ shape, figures, load, assumed, accountConcurrency, ...(onSecond && { onSecond }) });
}

/** Simulates every option that scales a tier, one after the other; `onDone` is told after each. */
export function compare(
  application: Application,
  options: Options,
  onDone: (done: number, of: number) => void,
): readonly Compared[] {
  const given = asGiven(options);
  const scenarios = scenariosOf(shapeOf(application, given.changes), given, options.load.to);
  return scenarios.map((scenario, i) => {
    const summary = summarise(runScenario(application, options, scenario));
    onDone(i + 1, scenarios.length);
    return { scenario, summary };
  });
}

import { checkControlUse, type Placed } from './control/again-check.ts';
import type { ControlDefinition } from './control/definition.ts';
import { CONTROL_TIMING, type ControlFile, controlPlan, controlsOf } from './control/plan.ts';
import { controlSteps } from './control/steps.ts';
import type { Destination } from './destination.ts';
import { SluiceError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { ANSWERS, type DestinationPlan, type Graph, limitsFor, queuesOf, type TierPlan } from './plan.ts';
import { schemaMismatch } from './schema.ts';
import { meet } from './step/join.ts';
import type { TierDefinition } from './tier-definition.ts';
import { isTierRef } from './tier-types.ts';

/** One definition file of an application. */
export interface DefinitionFile {
  /** Path as the user would write it, for messages. */
  readonly file: string;
  /** Hash of its content: the version of a tier that names none. */
  readonly version: string;
  readonly definition: TierDefinition | Destination | ControlDefinition;
}

interface TierFile extends DefinitionFile {
  readonly definition: TierDefinition;
}

/**
 * Builds the graph of an application from its files and checks it; each fault is an error that names file and fix.
 *
 * @throws SluiceError `graph-*`
 */
export function buildGraph(application: string, files: readonly DefinitionFile[]): Graph {
  const tierFiles = files.filter((f): f is TierFile => f.definition.kind === 'tier');
  if (tierFiles.length === 0) {
    throw new SluiceError('graph-empty', `application "${application}" has no tier`, {
      fix: `Add one: npx sluice new tier <name> --first --application ${application}`,
    });
  }
  checkNames(tierFiles);
  checkUpstreams(tierFiles);
  const successors = checkSuccessors(tierFiles);
  checkCycles(tierFiles);
  for (const file of tierFiles) checkPair(file, successors.get(file.definition.name), tierFiles);
  for (const file of tierFiles) checkControlUse(placed(file, tierFiles));
  const controlFiles = files.filter((f): f is ControlFile => f.definition.kind === 'control');
  const tiers = inOrder(tierFiles, successors).map((file) => planOf(application, file, successors, controlFiles));
  const destination = destinationPlan(application, files, tierFiles);
  const controls = controlPlan(application, controlFiles, tiers, destination, limitsFor(CONTROL_TIMING));
  return {
    application,
    tiers,
    destination,
    ...(controls && { controls }),
    queues: queuesOf(tiers, destination, controls),
  };
}

const upstreamOf = (file: TierFile): string | undefined =>
  isTierRef(file.definition.input) ? file.definition.input.name : undefined;

function placed(file: TierFile, files: readonly TierFile[]): Placed {
  const upstream = files.find(({ definition }) => definition.name === upstreamOf(file));
  return { tier: file.definition, file: file.file, upstream: upstream && placed(upstream, files) };
}

function checkNames(files: readonly TierFile[]): void {
  const seen = new Map<string, TierFile>();
  for (const file of files) {
    const { name } = file.definition;
    const other = seen.get(name);
    if (other) {
      throw new SluiceError('graph-duplicate-name', `two tiers are named "${name}": ${other.file} and ${file.file}`, {
        fix: `Rename the one in ${file.file}.`,
      });
    }
    if (name === ANSWERS) {
      throw new SluiceError(
        'graph-duplicate-name',
        `${file.file} names its tier "${ANSWERS}", the queue that answers go to`,
        {
          fix: 'Choose another name.',
        },
      );
    }
    seen.set(name, file);
  }
}

function checkUpstreams(files: readonly TierFile[]): void {
  const names = files.map((f) => f.definition.name);
  for (const file of files) {
    const upstream = upstreamOf(file);
    if (upstream === undefined || names.includes(upstream)) continue;
    throw new SluiceError(
      'graph-unknown-upstream',
      `${file.file} takes its input from tier "${upstream}", which is in no file`,
      {
        fix: `${didYouMean(upstream, names)}Tiers here: ${names.join(', ')}.`,
      },
    );
  }
}

function checkSuccessors(files: readonly TierFile[]): Map<string, TierFile> {
  const successors = new Map<string, TierFile>();
  for (const file of files) {
    const upstream = upstreamOf(file);
    if (upstream === undefined || file.definition.retired) continue;
    const other = successors.get(upstream);
    if (other) {
      throw new SluiceError(
        'graph-two-successors',
        `${other.file} and ${file.file} both come after tier "${upstream}"`,
        {
          fix: `A tier has one next tier. To put "${file.definition.name}" in between, let ${other.file} take its input from tier('${file.definition.name}').`,
        },
      );
    }
    successors.set(upstream, file);
  }
  return successors;
}

function checkCycles(files: readonly TierFile[]): void {
  const byName = new Map(files.map((f) => [f.definition.name, f]));
  for (const start of files) {
    const path = [start.definition.name];
    for (let at = upstreamOf(start); at !== undefined; at = upstreamOf(byName.get(at)!)) {
      if (at === start.definition.name) {
        throw new SluiceError(
          'graph-cycle',
          `the tiers go in a circle: ${[...path, at].reverse().join(' → ')} (${start.file})`,
          {
            fix: 'Give one of them a schema as its input: a cascade begins with data.',
          },
        );
      }
      if (path.includes(at)) break; // A circle that does not pass through `start` is reported from one of its own tiers.
      path.push(at);
    }
  }
}

function checkPair(file: TierFile, next: TierFile | undefined, files: readonly TierFile[]): void {
  const tier = file.definition;
  if (!next && tier.satisfied && !tier.exhausted) {
    const retired = files.find((other) => upstreamOf(other) === tier.name);
    throw new SluiceError(
      'graph-nowhere-to-escalate',
      `tier "${tier.name}" in ${file.file} has a threshold and no tier after it${retired ? `: ${retired.file} is retired` : ''}`,
      {
        fix: "Add the tier after it, or say what becomes of a prediction it is not sure of: exhausted: 'accept' or exhausted: 'deadLetter'.",
      },
    );
  }
  if (next && !tier.satisfied) {
    throw new SluiceError(
      'graph-nowhere-to-escalate',
      `tier "${tier.name}" in ${file.file} accepts everything, so "${next.definition.name}" in ${next.file} would never run`,
      {
        fix: `Give "${tier.name}" a threshold: satisfied: { score: ({ output }) => …, atLeast: 0.9 }.`,
      },
    );
  }
  const problem = next?.definition.signal && schemaMismatch(tier.output, next.definition.signal);
  if (problem) {
    throw new SluiceError(
      'graph-schema-mismatch',
      `${next.file} declares a signal that tier "${tier.name}" in ${file.file} does not put out: ${problem}`,
      {
        fix: `Change signal in ${next.file} or output in ${file.file}.`,
      },
    );
  }
}

/** First tiers in file order, each followed by its chain: the order a reader follows a flow in. Retired tiers begin chains of their own, at the end. */
function inOrder(files: readonly TierFile[], successors: ReadonlyMap<string, TierFile>): readonly TierFile[] {
  const ordered: TierFile[] = [];
  const entries = files.filter((f) => upstreamOf(f) === undefined);
  const retired = files.filter((f) => upstreamOf(f) !== undefined && f.definition.retired);
  for (const first of [...entries, ...retired]) {
    for (let at: TierFile | undefined = first; at; at = successors.get(at.definition.name)) ordered.push(at);
  }
  return ordered;
}

function planOf(
  application: string,
  file: TierFile,
  successors: ReadonlyMap<string, TierFile>,
  controlFiles: readonly ControlFile[],
): TierPlan {
  const tier = file.definition;
  const next = successors.get(tier.name)?.definition;
  const isFirst = !isTierRef(tier.input);
  const controls = controlsOf(tier, file.file, controlFiles);
  return {
    application,
    tier,
    version: tier.version ?? file.version,
    file: file.file,
    mode: isFirst ? 'entry' : tier.joins ? 'join' : 'carry',
    reads: [
      { queue: tier.name, kind: isFirst ? 'data' : 'signal' },
      ...(tier.joins ? [{ queue: `${tier.name}.${tier.joins.stream.name}`, kind: 'data' as const }] : []),
    ],
    deadLetters: `${tier.name}.dlq`,
    answers: ANSWERS,
    next: next && { name: next.name, queue: next.name, joins: next.joins !== undefined },
    limits: limitsFor(tier.timing, tier.predictBatch ? 2 : 1),
    ...(controls.length > 0 && { controls }),
    ...((tier.state || tier.decideWith) && { steps: controlSteps }),
    ...(tier.joins && { meet }),
  };
}

function destinationPlan(
  application: string,
  files: readonly DefinitionFile[],
  tiers: readonly TierFile[],
): DestinationPlan | undefined {
  const [found, second] = files.filter((f) => f.definition.kind === 'destination');
  if (!found) return undefined;
  if (second) {
    throw new SluiceError('graph-destination', `two destinations: ${found.file} and ${second.file}`, {
      fix: 'An application has one; call the other from its handler.',
    });
  }
  const destination = found.definition as Destination;
  const names = tiers.map((t) => t.definition.name);
  const twin = tiers.find((t) => t.definition.name === destination.name);
  if (twin) {
    throw new SluiceError(
      'graph-duplicate-name',
      `a tier and the destination are both named "${destination.name}": ${twin.file} and ${found.file}`,
      { fix: `Rename the one in ${found.file}.` },
    );
  }
  const unknown = destination.of.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new SluiceError(
      'graph-destination',
      `${found.file} takes answers of tier "${unknown}", which is in no file`,
      {
        fix: `${didYouMean(unknown, names)}Tiers here: ${names.join(', ')}.`,
      },
    );
  }
  return {
    application,
    destination,
    version: found.version,
    file: found.file,
    reads: [{ queue: ANSWERS, kind: 'answer' }],
    deadLetters: `${ANSWERS}.dlq`,
    limits: limitsFor(destination.timing),
  };
}

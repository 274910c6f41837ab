import { isDeepStrictEqual } from 'node:util';
import type { DecisionRecord } from '../core/decision.ts';
import { type Comparison, collect, compare, type TierDecision } from '../core/log/compare.ts';
import { isCount, rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { Answer, TierTypes } from '../core/tier-types.ts';
import type { Application } from '../runtime/application.ts';
import { type Client, connect } from '../runtime/client.ts';
import { type LogProblem, readDecisions } from '../runtime/log/read-decisions.ts';
import type { DecisionSource } from '../runtime/log/source.ts';
import { startCascade } from './cascade.ts';
import { openCloud } from './cloud.ts';
import { capturedInputs, type ReplayInput, type ReplayInputs } from './replay-inputs.ts';

/** What is replayed, and through what. */
export interface ReplayOptions {
  /** The application as it is now: new code, new models. */
  readonly application: Application;
  /** What was decided before. */
  readonly log: DecisionSource;
  /** What was sent before. Default: what the log captured. */
  readonly inputs?: AsyncIterable<ReplayInput> | Iterable<ReplayInput>;
  /** Flows to replay at most. Default: 1,000. */
  readonly flows?: number;
  readonly onProblem?: (problem: LogProblem) => void;
}

/** Decisions then and now, side by side. */
export interface Replayed extends Comparison {
  /** Flows answered by the same tier both times, by whether the answer is the same; `unknown` where the log did not capture it. */
  readonly answers: { readonly same: number; readonly changed: number; readonly unknown: number };
  /** Flows that were sent and are not in the log: nothing to compare them with. */
  readonly notLogged: number;
  /** Flows that could not be sent, with the reason. */
  readonly notSent: readonly { readonly flow: string; readonly reason: string }[];
  /** Captured flows that were left out: the log does not hold the objects that came with them. */
  readonly withoutObjects: number;
  /** True where the log holds further captured flows. */
  readonly more: boolean;
}

/**
 * Feeds logged inputs through an application again, on an embedded cloud in memory, and compares decision by decision. Models
 * run; nothing outside this process is touched, but for what the tiers and the destination do themselves.
 *
 * @throws SluiceError `log-unreadable`, `option-unknown`, `option-invalid`
 * @example
 * ```ts no-run
 * import { loadApplication, replay } from 'sluice/local';
 *
 * const { changed, tiers } = await replay({ application: await loadApplication('functions/photos'), log: '.sluice/photos' });
 * console.log(changed, tiers.map(({ tier, meanScoreDelta }) => [tier, meanScoreDelta]));
 * ```
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  rejectUnknownKeys(options, ['application', 'log', 'inputs', 'flows', 'onProblem'], 'replay');
  const { application, log, flows: most = 1_000, onProblem } = options;
  requireOption(isCount(most, 1, Number.MAX_SAFE_INTEGER), 'replay', 'flows', most, 'a whole number from 1');
  const { inputs, more, withoutObjects } = options.inputs
    ? await firstOf(options.inputs, most)
    : await capturedInputs(log, application.graph, most);
  const flows = new Set(inputs.map(({ flowId }) => flowId));
  const logged = new Map<string, Map<string, TierDecision>>();
  const outputs = new Map<string, unknown>();
  for await (const record of readDecisions(log, { unique: true, ...(onProblem && { onProblem }) })) {
    if (record.flow === null || !flows.has(record.flow)) continue;
    collect(logged, record);
    if (record.decision === 'accepted' && record.output !== undefined) outputs.set(answerKey(record), record.output);
  }
  const ran = await run(application, inputs);
  const refused = new Set(ran.notSent.map(({ flow }) => flow));
  const sent = [...flows].filter((flow) => !refused.has(flow));
  const known = sent.filter((flow) => logged.has(flow));
  return {
    ...compare(known, logged, ran.decisions),
    answers: compareAnswers(application, known, logged, outputs, ran.answers),
    notLogged: sent.length - known.length,
    notSent: ran.notSent,
    withoutObjects,
    more,
  };
}

const answerKey = ({ flow, tier }: Pick<DecisionRecord, 'flow' | 'tier'>): string => JSON.stringify([flow, tier]);

async function firstOf(
  inputs: AsyncIterable<ReplayInput> | Iterable<ReplayInput>,
  most: number,
): Promise<ReplayInputs> {
  const taken: ReplayInput[] = [];
  const flows = new Set<string>();
  let more = false;
  for await (const input of inputs) {
    if (!flows.has(input.flowId) && flows.size >= most) {
      more = true;
      continue;
    }
    flows.add(input.flowId);
    taken.push(input);
  }
  return { inputs: taken, more, withoutObjects: 0 };
}

interface Ran {
  readonly decisions: Map<string, Map<string, TierDecision>>;
  readonly answers: Map<string, Answer>;
  readonly notSent: { flow: string; reason: string }[];
}

async function run(application: Application, inputs: readonly ReplayInput[]): Promise<Ran> {
  const ran: Ran = { decisions: new Map(), answers: new Map(), notSent: [] };
  const cloud = await openCloud({
    dir: ':memory:',
    onDecisions: (records) => {
      for (const record of records) collect(ran.decisions, record);
    },
  });
  const cascade = await startCascade({
    // The application's own destination stays out of it: nobody outside is told of answers a second time.
    application: { ...application, graph: { ...application.graph, destination: undefined } },
    cloud,
    onAnswer: (answer) => void ran.answers.set(answer.flowId, answer),
  });
  try {
    for (const [entry, items] of Map.groupBy(inputs, (input) => input.entry)) {
      const client = connect(entry, { cloud }) as Client<TierTypes>;
      const sent = await client.sendBatch(items.map(({ entry: _, objects = {}, ...item }) => ({ ...item, objects })));
      for (const { flowId, error } of sent) if (error) ran.notSent.push({ flow: flowId, reason: error.message });
    }
    await cascade.settled();
    return ran;
  } finally {
    await cascade.stop();
    await cloud.close();
  }
}

function compareAnswers(
  { graph }: Application,
  flows: readonly string[],
  logged: ReadonlyMap<string, ReadonlyMap<string, TierDecision>>,
  outputs: ReadonlyMap<string, unknown>,
  answers: ReadonlyMap<string, Answer>,
): Replayed['answers'] {
  const sums = { same: 0, changed: 0, unknown: 0 };
  for (const flow of flows) {
    const answer = answers.get(flow);
    if (!answer || !logged.get(flow)!.get(answer.tier)?.decision.startsWith('accepted')) continue;
    const before = outputs.get(answerKey({ flow, tier: answer.tier }));
    // A gate changes the answer after the prediction that was captured.
    const gated = graph.tiers.find(({ tier }) => tier.name === answer.tier)?.tier.gates?.destination;
    if (before === undefined || gated) sums.unknown += 1;
    else if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(answer.output)))) sums.same += 1;
    else sums.changed += 1;
  }
  return sums;
}

import type { DecisionRecord } from '../core/decision.ts';
import type { Graph, TierPlan } from '../core/plan.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import type { DecisionSource } from '../runtime/log/source.ts';

/** One message to send again. */
export interface ReplayInput {
  readonly flowId: string;
  /** A first tier, or `tier.stream`. */
  readonly entry: string;
  readonly data: unknown;
  /** Event time. */
  readonly at?: Date;
  readonly objects?: Readonly<Record<string, Uint8Array>>;
  readonly fair?: string;
}

/** Inputs of flows whose data a log has captured, at most so many flows. */
export async function capturedInputs(
  source: DecisionSource,
  graph: Graph,
  flows: number,
): Promise<{ readonly inputs: readonly ReplayInput[]; readonly more: boolean }> {
  const found = new Map<string, Map<string, ReplayInput>>();
  let more = false;
  for await (const record of readDecisions(source)) {
    const input = inputOf(record, graph);
    if (!input) continue;
    const known = found.get(input.flowId);
    if (!known && found.size >= flows) more = true;
    else if (!known) found.set(input.flowId, new Map([[input.entry, input]]));
    else if (!known.has(input.entry)) known.set(input.entry, input);
  }
  return { inputs: [...found.values()].flatMap((byEntry) => [...byEntry.values()]), more };
}

/** What the client sent, as far as this record captured it. */
function inputOf({ tier, flow, data, in: inputs, at }: DecisionRecord, graph: Graph): ReplayInput | undefined {
  const entry = entryOf(graph, tier);
  if (data === undefined || flow === null || entry === undefined) return undefined;
  const ts = (inputs.find(({ kind }) => kind === 'data') ?? inputs[0])?.ts ?? at;
  return { flowId: flow, entry, data, at: new Date(ts) };
}

/** Where the data came in that a tier was given: here, or at the tier that began to carry it. */
function entryOf({ tiers }: Graph, name: string): string | undefined {
  for (let plan = tiers.find(({ tier }) => tier.name === name); plan; plan = before(tiers, plan)) {
    const own = plan.reads.find(({ kind }) => kind === 'data');
    if (own) return own.queue;
  }
  return undefined;
}

const before = (tiers: readonly TierPlan[], plan: TierPlan): TierPlan | undefined =>
  tiers.find(({ next }) => next?.name === plan.tier.name);

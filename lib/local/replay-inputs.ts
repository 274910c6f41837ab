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

/** What there is to send again. */
export interface ReplayInputs {
  readonly inputs: readonly ReplayInput[];
  /** True where there are further flows. */
  readonly more: boolean;
  /** Flows left out: they came with objects, which no log captures. */
  readonly withoutObjects: number;
}

/** Inputs of flows whose data a log has captured, at most so many flows. */
export async function capturedInputs(source: DecisionSource, graph: Graph, flows: number): Promise<ReplayInputs> {
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
  const whole = [...found.values()].filter(
    (byEntry) => ![...byEntry.keys()].some((entry) => takesObjects(graph, entry)),
  );
  return {
    inputs: whole.flatMap((byEntry) => [...byEntry.values()]),
    more,
    withoutObjects: found.size - whole.length,
  };
}

/** Whether data is refused here that comes without objects. */
function takesObjects({ tiers }: Graph, entry: string): boolean {
  const plan = tiers.find(({ reads }) => reads.some(({ kind, queue }) => kind === 'data' && queue === entry));
  return Object.keys(plan?.tier.joins?.stream.objects ?? plan?.tier.objects ?? {}).length > 0;
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

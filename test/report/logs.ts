import type { DecisionRecord } from '../../lib/core/decision.ts';
import { verdictRecord } from '../decision-log/logs.ts';

/** A tier of a made-up cascade. */
export interface MadeTier {
  readonly name: string;
  readonly threshold: number;
  /** Score and answer of a flow. */
  readonly predict: (flow: number) => { readonly score: number; readonly label: string };
}

/** What is made up. */
export interface Made {
  readonly flows: number;
  readonly tiers: readonly MadeTier[];
  /** Payloads are kept. Default: true. */
  readonly captured?: boolean;
  readonly application?: string;
}

const START = 1_790_000_000_000;

/** The records of a cascade that decides as its thresholds say, flow by flow; the last tier answers whatever it scores. */
export function* madeLog({ flows, tiers, captured = true, application = 'made' }: Made): Generator<DecisionRecord> {
  for (let flow = 0; flow < flows; flow++) {
    for (const [i, { name, threshold, predict }] of tiers.entries()) {
      const { score, label } = predict(flow);
      const isLast = i === tiers.length - 1;
      const isSure = score >= threshold;
      const accepts = isSure || isLast;
      yield verdictRecord({
        application,
        tier: name,
        flow: `flow-${flow}`,
        at: START + flow * 10 + i,
        decision: accepts ? 'accepted' : 'escalated',
        score,
        threshold,
        ...(accepts && !isSure && { exhausted: true as const }),
        modelMs: 10 ** i,
        latencyMs: (i + 1) * 10 + (flow % 10),
        in: [{ id: `in-${flow}-${i}`, kind: i === 0 ? 'data' : 'signal' }],
        out: [{ id: 'out', to: accepts ? 'answers' : tiers[i + 1]!.name }],
        bytes: { declared: 100, fetched: i === 0 ? 0 : 100 },
        billed: { invocations: 0.1, requests: 0.4 },
        ...(captured && { output: { label, confidence: score } }),
      });
      if (accepts) break;
    }
  }
}

/** A number from 0 to 1 that follows from two others (the finalizer of MurmurHash3). */
export function chance(a: number, b: number): number {
  let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Three tiers whose scores are honest: right as often as they say. */
export const HONEST: readonly MadeTier[] = ['cheap', 'middle', 'dear'].map((name, i) => ({
  name,
  threshold: [0.8, 0.7, 0.5][i]!,
  predict: (flow) => {
    const score = 1 - chance(flow, i) ** (i + 1);
    return { score, label: chance(flow, 10 + i) < score ? 'true' : 'false' };
  },
}));

/** The true answers of a made-up log. */
export const truths = (flows: number): ReadonlyMap<string, string> =>
  new Map(Array.from({ length: flows }, (_, flow) => [`flow-${flow}`, 'true']));

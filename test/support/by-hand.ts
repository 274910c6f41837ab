import { expect } from 'vitest';
import type { AnyControl } from '../../lib/core/control/types.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { type Envelope, encode } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { sha256 } from '../../lib/core/identity.ts';
import type { Json } from '../../lib/core/json.ts';
import type { ObjectReference } from '../../lib/core/object-reference.ts';
import type { TierPlan } from '../../lib/core/plan.ts';
import { validate } from '../../lib/core/schema.ts';
import type { Ask, Effect, Outcome, Predicted, PredictOutcome, Step } from '../../lib/core/step/effects.ts';
import { tierStep } from '../../lib/core/step/step.ts';
import type { Incoming } from '../../lib/core/step/story.ts';
import { applyUpdate, type Item, type TableUpdate, type UpdateResult } from '../../lib/core/table-update.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import type { AnyTier } from '../../lib/core/tier-types.ts';

/** What a step asked for, in order, and how it ended. */
export interface Done {
  readonly end: Outcome;
  readonly effects: readonly Effect[];
  readonly records: readonly DecisionRecord[];
  readonly updates: readonly TableUpdate[];
  /** Messages by the queue they went to. */
  readonly sent: readonly (Effect & { do: 'send' })[];
  readonly record: DecisionRecord;
}

/** What happens instead of an effect, or to the table just before it: where it returns nothing, the effect is carried out. */
type Meddle = (effect: Effect) => { readonly value: unknown } | { readonly error: Error } | undefined;

/** Steps taken one at a time, at once and in memory: a store that does as it is told, and a clock that stands still. */
export class ByHand {
  at: number = Date.UTC(2026, 0, 1);
  readonly table: Map<string, Item> = new Map();
  readonly objects: Map<string, string> = new Map();
  predict: (ask: Ask) => Partial<Predicted> | PredictOutcome = () => ({});
  meddle: Meddle = () => undefined;
  readonly #tiers: readonly TierPlan[];

  constructor(tiers: readonly AnyTier[], controls: readonly AnyControl[] = []) {
    const files = [...tiers, ...controls].map((one) => ({
      file: `functions/test/${one.name}.ts`,
      version: 'v1',
      definition: one as unknown as TierDefinition,
    }));
    this.#tiers = buildGraph('test', files).tiers;
  }

  plan(tier: string): TierPlan {
    return this.#tiers.find((plan) => plan.tier.name === tier)!;
  }

  /** Takes the step of a message on a queue. */
  take(queue: string, message: object | string, incoming: Partial<Incoming> = {}): Done {
    const plan = this.#tiers.find(({ reads }) => reads.some((read) => read.queue === queue))!;
    return this.run(
      tierStep(plan, {
        id: 'm',
        queue,
        kind: plan.reads.find((read) => read.queue === queue)!.kind,
        body: typeof message === 'string' ? message : encode(message as never),
        receives: 1,
        sentAt: this.at,
        deliveryId: 'delivery',
        ...incoming,
      }),
    );
  }

  /** Runs a step to its end. */
  run(step: Step<Outcome>): Done {
    const effects: Effect[] = [];
    let next = step.next();
    while (!next.done) {
      const effect = next.value;
      effects.push(effect);
      const settled = this.meddle(effect) ?? { value: this.#carryOut(effect) };
      next = 'error' in settled ? step.throw(settled.error) : step.next(settled.value);
    }
    const records = effects.flatMap((effect) => (effect.do === 'log' ? [effect.record] : []));
    return {
      end: next.value,
      effects,
      records,
      updates: effects.flatMap((effect) => (effect.do === 'table' ? [effect.update] : [])),
      sent: effects.filter((effect) => effect.do === 'send'),
      record: records.at(-1)!,
    };
  }

  put(text: string, key: string = `messages/${text.length}`): ObjectReference {
    this.objects.set(key, text);
    return { bucket: 'b', key, size: text.length, sha256: sha256(Buffer.from(text)) };
  }

  #carryOut(effect: Effect): unknown {
    switch (effect.do) {
      case 'now':
        return this.at;
      case 'validate':
        return validate(effect.schema, effect.value);
      case 'gate':
        return effect.gate(effect.value, {
          flowId: effect.flow,
          ...(effect.controls && { controls: effect.controls }),
        } as never);
      case 'table':
        return this.#update(asSent(effect.update));
      case 'read':
        return this.table.get(effect.key);
      case 'load':
        return this.objects.get(effect.reference.key);
      case 'store':
        return this.put(effect.text, effect.key);
      case 'predict':
        return { output: { guess: 'g', sure: 0 }, ms: 3, produced: {}, fetched: NOTHING, ...this.predict(effect.ask) };
      case 'send':
        asSent(effect.message);
        return 0;
      case 'log':
        asSent(effect.record);
        return undefined;
      default:
        return undefined;
    }
  }

  #update(update: TableUpdate): UpdateResult {
    const before = this.table.get(update.key);
    const item = applyUpdate(before, update);
    if (!item) return { applied: false, item: before };
    this.table.set(update.key, item);
    return { applied: true, item };
  }
}

const NOTHING = { bytes: 0, calls: 0 };

/** Whatever leaves a step is JSON, so that nothing in it can be there and undefined. */
function asSent<T extends object>(value: T): T {
  expect(value).toStrictEqual(JSON.parse(JSON.stringify(value)) as Json);
  return value;
}

const START = Date.UTC(2026, 0, 1);

/** A message of flow `f` that a client sent. */
export const dataOf = (extra: Partial<Envelope> = {}): Envelope => ({
  v: 1,
  id: 'd',
  flow: 'f',
  kind: 'data',
  from: { name: 'client', version: '1' },
  ts: START,
  sent: START,
  hop: 0,
  data: { n: 1 },
  ...extra,
});

/** What tier `cheap` sends on of it. */
export const signalOf = (extra: Partial<Envelope> = {}): Envelope => {
  const { data: _, ...rest } = dataOf({ id: 's', kind: 'signal', from: { name: 'cheap', version: 'v1' }, hop: 1 });
  return { ...rest, signal: { output: { guess: 'cheap 1', sure: 0 }, tier: 'cheap', version: 'v1' }, ...extra };
};

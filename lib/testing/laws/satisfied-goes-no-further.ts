import { isOutsider } from '../outsiders.ts';
import { Pairs } from '../pairs.ts';
import type { LawMaker } from './law.ts';

/** A satisfied prediction is the answer; only what is not satisfied goes to the next tier, audits apart. */
export const satisfiedGoesNoFurther: LawMaker = (_, runs, { versions }) => {
  const answeredBy = new Map<string, string>();
  /** By which controls a tier answered and escalated a flow: a redelivery may find that one has moved. */
  const answeredWith = new Pairs<Set<string>>();
  const escalatedWith = new Pairs<Set<string>>();
  /** Flows that went on, by the queue they went to. */
  const expected = new Pairs<true>();
  return {
    name: 'a satisfied flow goes no further',
    hears: {
      send({ by, queue, message }) {
        const { flow, envelope, kind } = message;
        if (!envelope?.signal || flow === null) return undefined;
        const { tier, score, threshold, controls } = envelope.signal;
        const isSatisfied = threshold === undefined || (score !== undefined && score >= threshold);
        const scored = (): string => `score ${score}, threshold ${threshold}`;
        if (kind === 'answer') {
          const plan = runs.planOf(by, tier);
          // What is redriven was judged when it was sent first.
          if (!isOutsider(by) && !isSatisfied && (plan?.next || plan?.tier.exhausted !== 'accept'))
            return { flow, message: `${tier} answered and was not satisfied (${scored()})` };
          answeredBy.set(flow, tier);
          note(answeredWith, tier, flow, controls);
          return contradiction(flow, tier);
        }
        expected.set(queue, flow, true);
        // A shadow goes on to the last tier, whatever tiers on the way say.
        if (envelope.audit) return undefined;
        if (isSatisfied) return { flow, message: `${tier} escalated with ${scored()}` };
        note(escalatedWith, tier, flow, controls);
        return contradiction(flow, tier);
      },
      predict({ by, tier, flow }) {
        const plan = runs.planOf(by, tier);
        if (!plan || plan.mode === 'entry' || expected.get(tier, flow)) return undefined;
        return { flow, message: `${tier} ran on a flow that was never escalated to it` };
      },
    },
  };

  function contradiction(flow: string, tier: string) {
    const escalated = escalatedWith.get(tier, flow);
    if (answeredBy.get(flow) !== tier || !escalated || versions.isMixed(flow)) return undefined;
    const answered = answeredWith.get(tier, flow)!;
    if (![...escalated].some((by) => answered.has(by))) return undefined;
    return {
      flow,
      message: `${tier} both answered and escalated this flow. Does it predict the same at a redelivery?`,
    };
  }
};

function note(
  into: Pairs<Set<string>>,
  tier: string,
  flow: string,
  controls: Readonly<Record<string, number>> | undefined,
): void {
  const known = into.get(tier, flow);
  const text = controls ? JSON.stringify(controls) : '';
  if (known) known.add(text);
  else into.set(tier, flow, new Set([text]));
}

import { isOutsider } from '../outsiders.ts';
import { mixedVersions } from '../versions.ts';
import type { LawMaker } from './law.ts';

/** A satisfied prediction is the answer; only what is not satisfied goes to the next tier, audits apart. */
export const satisfiedGoesNoFurther: LawMaker = (_, runs) => {
  const versions = mixedVersions(runs);
  const answeredBy = new Map<string, string>();
  /** By which controls a tier answered and escalated a flow: a redelivery may find that one has moved. */
  const answeredWith = new Map<string, Set<string>>();
  const escalatedWith = new Map<string, Set<string>>();
  const expected = new Set<string>();
  return {
    name: 'a satisfied flow goes no further',
    hears: {
      send({ by, queue, message }) {
        const { flow, envelope, kind } = message;
        if (!envelope?.signal || flow === null) return undefined;
        versions.hear(by, message);
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
        expected.add(`${queue} ${flow}`);
        // A shadow goes on to the last tier, whatever tiers on the way say.
        if (envelope.audit) return undefined;
        if (isSatisfied) return { flow, message: `${tier} escalated with ${scored()}` };
        note(escalatedWith, tier, flow, controls);
        return contradiction(flow, tier);
      },
      predict({ by, tier, flow }) {
        const plan = runs.planOf(by, tier);
        if (!plan || plan.mode === 'entry' || expected.has(`${tier} ${flow}`)) return undefined;
        return { flow, message: `${tier} ran on a flow that was never escalated to it` };
      },
    },
  };

  function contradiction(flow: string, tier: string) {
    const escalated = escalatedWith.get(`${tier} ${flow}`);
    if (answeredBy.get(flow) !== tier || !escalated || versions.isMixed(flow)) return undefined;
    const answered = answeredWith.get(`${tier} ${flow}`)!;
    if (![...escalated].some((by) => answered.has(by))) return undefined;
    return {
      flow,
      message: `${tier} both answered and escalated this flow. Does it predict the same at a redelivery?`,
    };
  }
};

function note(
  into: Map<string, Set<string>>,
  tier: string,
  flow: string,
  controls: Readonly<Record<string, number>> | undefined,
): void {
  const place = `${tier} ${flow}`;
  const known = into.get(place);
  const text = controls ? JSON.stringify(controls) : '';
  if (known) known.add(text);
  else into.set(place, new Set([text]));
}

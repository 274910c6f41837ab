import type { Bug } from '../bug.ts';

const file = 'lib/core/step/decide.ts';

/** Verdicts, gates, audits, and the ids of what comes out. */
export const verdictBugs: readonly Bug[] = [
  {
    name: 'just sure enough is not sure enough',
    file,
    find: 'score >= threshold)',
    replace: 'score > threshold)',
    finds: ['a satisfied flow goes no further', 'gates see their own verdict only'],
  },
  {
    name: 'the gate of the other verdict',
    file,
    find: 'const gate = plan.tier.gates?.destination;',
    replace: 'const gate = plan.tier.gates?.escalate;',
    finds: ['gates see their own verdict only'],
  },
  {
    name: 'an unsure last tier answers',
    file,
    find: "if (plan.tier.exhausted === 'accept') return",
    replace: 'if (plan.tier.satisfied) return',
    finds: ['a satisfied flow goes no further', 'gates see their own verdict only'],
  },
  {
    name: 'an audit that does not say it is one',
    file,
    find: '  if (shadow) message.audit = true;\n',
    replace: '',
    finds: ['a satisfied flow goes no further'],
  },
  {
    name: 'an audit answers',
    file,
    find: 'if (story.envelope!.audit) return yield* audited',
    replace: 'if (false) return yield* audited',
    finds: ['one output id', 'a satisfied flow goes no further', 'every flow ends once'],
  },
  {
    name: 'an output id of its own for each delivery',
    file,
    find: 'plan.tier.name, plan.version, to);',
    replace: 'plan.tier.name, plan.version, to, story.incoming.deliveryId);',
    finds: ['one output id'],
  },
  {
    name: 'the attempt is part of the output id',
    file,
    find: 'plan.tier.name, plan.version, to);',
    replace: 'plan.tier.name, plan.version, to, String(story.attempt));',
    finds: ['one output id'],
  },
];

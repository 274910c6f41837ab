import type { Bug } from '../bug.ts';

const file = 'lib/core/step/claim.ts';

/** Claims, leases and done-marks: what keeps a flow from being worked on twice, or by nobody. */
export const claimBugs: readonly Bug[] = [
  {
    name: 'a claim without a lease',
    file,
    find: 'lease: at + plan.limits.leaseMs,',
    replace: 'lease: at,',
    finds: ['one at a time works on a claimed flow'],
  },
  {
    name: 'a lease shorter than the function may run',
    file: 'lib/core/plan.ts',
    find: 'leaseMs: functionMs + 1_000',
    replace: 'leaseMs: functionMs / 10',
    finds: ['one at a time works on a claimed flow'],
  },
  {
    name: 'a claim that does not look for the done-mark',
    file,
    find: "  return [{ any: [{ attribute: 'done', is: 'absent' }, over] }, absentOr('lease', '<=', at)];",
    replace: "  return [absentOr('lease', '<=', at)];",
    finds: ['a claimed flow is finished once'],
  },
  {
    name: 'a claim of halves that are gone',
    file,
    find: '...free(at), ...BOTH_HALVES,',
    replace: "absentOr('lease', '<=', at),",
    finds: ['a claimed flow is finished once', 'no half waits silently', 'nothing is left behind'],
  },
  {
    name: 'the done-mark comes before the answer',
    file: 'lib/core/step/decide.ts',
    find: '  yield* post(story, plan.answers, answer);\n',
    replace: '  yield* complete(story, plan, id);\n  yield* post(story, plan.answers, answer);\n',
    finds: ['every flow ends once'],
  },
  {
    name: 'the done-mark of a dropped flow comes before its record',
    file: 'lib/core/step/decide.ts',
    find: "  yield* reply(story, { status: 'dropped', reason, tier: plan.tier.name });\n",
    replace:
      "  yield* complete(story, plan, outputId(story, plan, to));\n  yield* reply(story, { status: 'dropped', reason, tier: plan.tier.name });\n",
    finds: ['every flow ends once'],
  },
  {
    name: 'no done-mark',
    file,
    find: '      done: outputId,\n',
    replace: '',
    finds: ['a claimed flow is finished once', 'no half waits silently'],
  },
  {
    name: 'a done-mark set by whoever lost the claim',
    file,
    find: "    remove: ['owner', 'message', 'lease', 'data', 'dataTs', 'signal', 'signalTs', 'signals'],\n    when: [{ attribute: 'owner', is: '=', value: incoming.deliveryId }],",
    replace:
      "    remove: ['owner', 'message', 'lease', 'data', 'dataTs', 'signal', 'signalTs', 'signals'],\n    when: [],",
    finds: ['a claimed flow is finished once'],
  },
  {
    name: 'a second delivery is acknowledged while the first is at work',
    file,
    find: 'if (item?.done === undefined && (item?.message === incoming.id || item?.message === ANY_MESSAGE)) {',
    replace: 'if (item?.done === undefined && item?.message === incoming.body) {',
    finds: ['every flow ends once', 'no half waits silently'],
  },
  {
    name: 'a claim by version: two versions do not see each other',
    file,
    find: 'work.flow}`;',
    replace: 'work.flow}`.concat(plan.version);',
    finds: ['a claimed flow is finished once', 'one at a time works on a claimed flow', 'objects outlive their flow'],
  },
  {
    name: 'a claim that never expires',
    file,
    find: ': { [EXPIRES_AT]: expiresAt(at + DONE_TTL_MS) }',
    replace: ': {}',
    finds: ['nothing is left behind'],
  },
  {
    name: 'a flow past its deadline expires without a claim',
    file,
    find: '  if (needsClaim(plan, work)) {',
    replace: "  if (needsClaim(plan, work) && decision === 'throttled') {",
    finds: ['a claimed flow is finished once', 'no half waits silently'],
  },
];

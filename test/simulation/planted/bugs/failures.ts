import type { Bug } from '../bug.ts';

const file = 'lib/core/step/fail.ts';

/** Retries, attempts, dead letters. */
export const failureBugs: readonly Bug[] = [
  {
    name: 'a dead letter without its reason',
    file,
    find: '    code,\n    reason,\n    attempt',
    replace: "    code,\n    reason: '',\n    attempt",
    finds: ['every flow ends once'],
  },
  {
    name: 'a dead letter that is not sent',
    file,
    find: '  yield* post(story, plan.deadLetters, letter);\n',
    replace: '',
    finds: ['every flow ends once', 'no half waits silently', 'the log tells what was sent'],
  },
  {
    name: 'a dead letter that is not logged',
    file,
    find: "    yield* record(story, 'failed', { reason, code, out: [{ id: letter.id, to: story.plan.deadLetters }] });\n",
    replace: '',
    finds: ['acknowledged with a decision', 'the log tells how a flow ended', 'no half waits silently'],
  },
  {
    name: 'given up one attempt too early',
    file,
    find: 'story.attempt < timing.maxAttempts)',
    replace: 'story.attempt < timing.maxAttempts - 1)',
    finds: ['attempts are kept to'],
  },
  {
    name: 'never given up',
    file,
    find: "(retry !== 'never' && story.attempt < timing.maxAttempts)",
    replace: "retry !== 'never'",
    finds: ['attempts are kept to'],
  },
  {
    name: 'waiting for a turn counts as an attempt',
    file,
    find: 'if (!waitsHidden(plan)) return incoming.receives;',
    replace: 'return incoming.receives;',
    finds: ['attempts are kept to'],
  },
  {
    name: 'a store that is away uses up attempts',
    file,
    find: "if (retry === 'always' || (retry",
    replace: 'if ((retry',
    finds: ['attempts are kept to'],
  },
  {
    name: 'attempts are counted for ever',
    file,
    find: '    setIfAbsent: { expiresAt: Math.ceil(at / 1_000) + 14 * 86_400 },\n',
    replace: '',
    finds: ['nothing is left behind'],
  },
  {
    name: 'a failure after the claim is acknowledged as done',
    file: 'lib/core/step/step.ts',
    find: '    if (policy) return yield* withoutControl(story, plan, error as SluiceError, policy);\n',
    replace:
      '    if (policy) return yield* withoutControl(story, plan, error as SluiceError, policy);\n    if (story.claimKey !== undefined) return ACK;\n',
    finds: ['acknowledged with a decision', 'no half waits silently', 'every flow ends once'],
  },
  {
    name: 'a task that never ends is waited for',
    file: 'lib/runtime/predictor.ts',
    find: 'timeLimit(work.clock, tier.timing.timeoutMs)',
    replace: 'timeLimit(work.clock, 2 ** 31)',
    finds: ['batches never fail'],
  },
  {
    name: 'a client that waits is not told that its flow was dropped',
    file: 'lib/core/step/decide.ts',
    find: "  yield* reply(story, { status: 'dropped', reason, tier: plan.tier.name });\n",
    replace: '',
    finds: ['who waits is told'],
  },
  {
    name: 'a client that waits is told after the done-mark',
    file: 'lib/core/step/decide.ts',
    find: "  yield* reply(story, { status: 'answered', answer });\n",
    replace: "  yield* complete(story, plan, id);\n  yield* reply(story, { status: 'answered', answer });\n",
    finds: ['who waits is told'],
  },
];

import type { Bug } from '../bug.ts';

/** Records that are missing, too early or wrong. */
export const logBugs: readonly Bug[] = [
  {
    name: 'a log that was away counts as written',
    file: 'lib/runtime/interpreter.ts',
    find: "    await guarded('log-failed', 'writing the decision log', place, write);\n    return { value: undefined };\n  } catch (error) {\n    return { error };",
    replace:
      "    await guarded('log-failed', 'writing the decision log', place, write);\n    return { value: undefined };\n  } catch {\n    return { value: undefined };",
    finds: ['acknowledged with a decision', 'every flow ends once', 'the log tells how a flow ended'],
  },
  {
    name: 'an answer is logged as delivered before it is',
    file: 'lib/core/step/step.ts',
    find: "    yield { do: 'deliver', answer, attempt: story.attempt };\n    yield* record(story, 'delivered');\n",
    replace: "    yield* record(story, 'delivered');\n    yield { do: 'deliver', answer, attempt: story.attempt };\n",
    finds: ['the log tells how a flow ended'],
  },
  {
    name: 'a drop is not logged',
    file: 'lib/core/step/decide.ts',
    find: "  yield* record(story, 'dropped', { reason, ...threshold(story, plan) });\n",
    replace: '',
    finds: ['acknowledged with a decision', 'every flow ends once'],
  },
  {
    name: 'what is parked is not logged',
    file: 'lib/core/step/join.ts',
    find: "    yield* record(story, 'parked',",
    replace: "    if (!item) yield* record(story, 'parked',",
    finds: ['acknowledged with a decision'],
  },
  {
    name: 'a joined flow is logged without its other half',
    file: 'lib/core/step/story.ts',
    find: 'in: story.inputs.length > 0 ? story.inputs :',
    replace: 'in: story.inputs.length > 0 ? story.inputs.slice(0, 1) :',
    finds: ['no half waits silently', 'acknowledged with a decision'],
  },
  {
    name: 'an escalation is logged without where it goes',
    file: 'lib/core/step/decide.ts',
    find: '  details.out = [out];\n',
    replace: '',
    finds: ['the log tells what was sent'],
  },
  {
    name: 'an escalation is logged to another queue',
    file: 'lib/core/step/decide.ts',
    find: '  return { id, to: next.queue };',
    replace: '  return { id, to: plan.answers };',
    finds: ['the log tells what was sent'],
  },
  {
    name: 'an answer is logged under another id',
    file: 'lib/core/step/decide.ts',
    find: 'const sent = { id, to: plan.answers };',
    replace: 'const sent = { id: work.flow, to: plan.answers };',
    finds: ['the log tells what was sent'],
  },
  {
    name: 'the score in the log is not the one that was sent on',
    file: 'lib/core/step/story.ts',
    find: 'made.score = score;',
    replace: 'made.score = 1 - score;',
    finds: ['the log tells what was sent', 'gates see their own verdict only'],
  },
];

import type { Bug } from '../bug.ts';

/** Objects that go too early, or travel for nothing. */
export const objectBugs: readonly Bug[] = [
  {
    name: 'objects are deleted before the answer is sent',
    file: 'lib/core/step/decide.ts',
    find: '  yield* post(story, plan.answers, answer);\n',
    replace: '  yield* deleteObjects(story, work);\n  yield* post(story, plan.answers, answer);\n',
    finds: ['objects outlive their flow'],
  },
  {
    name: 'objects are deleted when the flow escalates',
    file: 'lib/core/step/decide.ts',
    find: '  const out = yield* escalate(story, plan, work, predicted, output, false);\n',
    replace:
      '  const out = yield* escalate(story, plan, work, predicted, output, false);\n  yield* deleteObjects(story, work);\n',
    finds: ['objects outlive their flow'],
  },
  {
    name: 'objects are deleted under the audit that reads them',
    file: 'lib/core/step/decide.ts',
    find: 'if (!shadow || plan.next?.joins) yield* deleteObjects',
    replace: 'yield* deleteObjects',
    finds: ['objects outlive their flow'],
  },
  {
    name: 'a tier with objects to delete does not claim',
    file: 'lib/core/step/claim.ts',
    find: 'if (work.objects[name]!.deleteAfter) return true;',
    replace: 'if (work.objects[name]!.size < 0) return true;',
    finds: ['objects outlive their flow'],
  },
  {
    name: 'objects are fetched at once',
    file: 'lib/runtime/objects.ts',
    find: '      stream: () => streamOf(bytes),\n',
    replace: '      stream: () => streamOf(bytes),\n      ...(bytes().catch(() => undefined) && {}),\n',
    finds: ['an untouched object is not fetched'],
  },
  {
    name: 'a body that is sent again is written over the one under way',
    file: 'lib/runtime/outbox.ts',
    find: 'sha256(bytes).slice(0, 16)',
    replace: 'sha256(bytes).slice(0, 0)',
    finds: ['objects outlive their flow'],
  },
  {
    name: 'a half that is stored again is written over the one that waits',
    file: 'lib/core/step/join.ts',
    find: 'const name = derivedId(half.id, story.envelope!.flow, text);',
    replace: 'const name = derivedId(half.id, story.envelope!.flow);',
    finds: ['objects outlive their flow'],
  },
];

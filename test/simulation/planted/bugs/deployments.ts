import type { Bug } from '../bug.ts';

const SILENT = 'no half waits silently';
const ENDS = 'every flow ends once';

/** What goes wrong only while two graphs are at work, or once a tier has come or gone. */
export const deploymentBugs: readonly Bug[] = [
  {
    name: 'halves of a tier that a graph does not know expire unheard',
    file: 'lib/core/step/expire.ts',
    find: '  return expiredHalves(plan ??',
    replace: '  if (!plan) return { records: [] };\n  return expiredHalves(plan ??',
    finds: [SILENT, ENDS],
  },
  {
    name: 'a tier that another comes after does not see the claims it had',
    file: 'lib/core/step/claim.ts',
    find: 'work.flow}`;',
    replace: `work.flow}\${plan.next ? '' : ' at last'}\`;`,
    finds: ['a claimed flow is finished once'],
  },
  {
    name: 'the time of a signal is told only where the latest counts',
    file: 'lib/core/step/join.ts',
    find: '{ [side]: half, [timeOf(side)]: mine.ts }',
    replace: '{ [side]: half }',
    finds: ['halves that join belong together'],
  },
  {
    name: 'a retired tier acknowledges what still comes to it',
    file: 'lib/core/step/step.ts',
    find: '    const arrived = yield* arrive(story, plan);\n',
    replace: '    if (plan.tier.retired) return ACK;\n    const arrived = yield* arrive(story, plan);\n',
    finds: ['acknowledged with a decision', ENDS],
  },
];

import type { Bug } from '../bug.ts';

const NEWEST = 'the newest data of a key is decided with its newest control';

/** Data that is not worked again when a control changes, or with what no longer counts. */
export const againBugs: readonly Bug[] = [
  {
    name: 'a control that is applied asks nobody to work again',
    file: 'lib/core/control/apply.ts',
    find: 'const out = yield* askAgain(story, plan, definition.name, key, change.version);',
    replace: 'const out = [];',
    finds: [NEWEST],
  },
  {
    name: 'who died before it asked does not ask when it comes back',
    file: 'lib/core/control/apply.ts',
    find: "      if (stands === 'duplicate') yield* askAgain(story, plan, definition.name, key, change.version);\n",
    replace: '',
    finds: [NEWEST],
  },
  {
    name: 'the newest data of a key is what came last',
    file: 'lib/core/control/again-item.ts',
    find: '    if (before && before.ts > ts) return {};\n',
    replace: '',
    finds: [NEWEST],
  },
  {
    name: 'data is worked again with what an instance remembers',
    file: 'lib/core/control/again.ts',
    find: '  for (const level of levels) yield* renew(control, level.key, level.version);\n',
    replace: '',
    finds: [NEWEST],
  },
  {
    name: 'keys below a wildcard are not looked for',
    file: 'lib/core/control/again-send.ts',
    find: 'key.endsWith(EVERY_KEY) && tiers.length > 0 ? reads : tiers',
    replace: 'key.endsWith(EVERY_KEY) ? [] : tiers',
    finds: [NEWEST],
  },
  {
    name: 'the first data of a key does not look whether a wildcard has moved',
    file: 'lib/core/state/step.ts',
    find: '      if (!item && beside) yield* askIfMoved(story, plan, key, toldOf(plan, key, predicted));\n',
    replace: '',
    finds: [NEWEST],
  },
];

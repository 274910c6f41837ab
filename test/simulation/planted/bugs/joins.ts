import type { Bug } from '../bug.ts';

const file = 'lib/core/step/join.ts';

/** Halves that miss each other, meet and should not, or go without a word. */
export const joinBugs: readonly Bug[] = [
  {
    name: 'a half is acknowledged though it was not stored',
    file,
    find: 'const item = yield* park(story, plan, joins, key, side, half);',
    replace:
      'let item: Item;\n  try {\n    item = yield* park(story, plan, joins, key, side, half);\n  } catch {\n    return ACK;\n  }',
    finds: ['acknowledged with a decision', 'every flow ends once'],
  },
  {
    name: 'a half looks for the other one before it is stored',
    file,
    find: 'const item = yield* park(story, plan, joins, key, side, half);',
    replace:
      "const before = ((yield { do: 'read', key }) ?? {}) as Item;\n  const after = yield* park(story, plan, joins, key, side, half);\n  const { data: _, signal: __, ...rest } = after;\n  const item: Item = { ...rest, ...before, [side]: after[side]! };",
    finds: ['no half waits silently'],
  },
  {
    name: 'the time a half waits is not in the condition',
    file,
    find: ': { when: [alive] }),',
    replace: ': { when: [] }),',
    finds: ['halves that join belong together', 'every flow ends once', 'no half waits silently'],
  },
  {
    name: 'halves too far apart are joined',
    file,
    find: 'if (Math.abs(own.ts - other.ts) > joins.maxTimeDiffMs) {',
    replace: 'if (own.ts - other.ts > joins.maxTimeDiffMs) {',
    finds: ['halves that join belong together'],
  },
  {
    name: 'of two skewed halves the newer one is given up',
    file,
    find: 'const mineIsOlder = mine.ts < other.ts;',
    replace: 'const mineIsOlder = mine.ts > other.ts;',
    finds: ['halves that join belong together'],
  },
  {
    name: 'a skewed half is gone before it is logged',
    file,
    find: '  const older = mineIsOlder ? mine : other;\n',
    replace:
      "  const older = mineIsOlder ? mine : other;\n  yield* write(story, { key, remove: [olderSide], when: [{ attribute: olderSide, is: 'present' }] });\n",
    finds: ['no half waits silently', 'every flow ends once'],
  },
  {
    name: 'an expired half is replaced without a record',
    file,
    find: "for (const expired of records) yield { do: 'log', record: expired };",
    replace: "for (const expired of records.slice(1)) yield { do: 'log', record: expired };",
    finds: ['no half waits silently'],
  },
  {
    name: 'a later signal does not stand in for the one that was at work',
    file,
    find: "const standsIn = side === 'signal' && joins.signals === 'latest' && other !== undefined;",
    replace: 'const standsIn = false;',
    finds: ['no half waits silently', 'every flow ends once'],
  },
  {
    name: 'the output is derived from one half only',
    file,
    find: "    { id: data.id, kind: 'data', ts: data.ts },\n    { id: signal.id, kind: 'signal', ts: signal.ts },\n",
    replace: '    { id: mine.id, kind: side, ts: mine.ts },\n',
    finds: ['one output id', 'no half waits silently'],
  },
  {
    name: 'a shadow is none after the join',
    file,
    find: '    ...(audit && { audit }),\n',
    replace: '',
    finds: ['one output id', 'every flow ends once', 'a satisfied flow goes no further'],
  },
  {
    name: 'a signal of another version is not joined',
    file,
    find: '  if (!other) {',
    replace: '  if (!other || (other.signal && other.signal.version !== plan.version)) {',
    finds: ['no half waits silently'],
  },
  {
    name: 'halves that met are not kept for their retries',
    file: 'lib/core/step/claim.ts',
    find: '...(isJoin ? keptFrom(plan, at) :',
    replace: '...(isJoin ? {} :',
    finds: ['halves that join belong together'],
  },
  {
    name: 'a signal that waits in vain is not logged',
    file: 'lib/core/step/expire.ts',
    find: "(['data', 'signal'] as const)",
    replace: "(['data'] as const)",
    finds: ['no half waits silently', 'every flow ends once'],
  },
  {
    name: 'the sweep does not wait for the log',
    file: 'lib/runtime/expired.ts',
    find: 'if (records.length > 0) await cloud.decisions.write(records);',
    replace: 'if (records.length > 0) cloud.decisions.write(records).catch(() => undefined);',
    finds: ['no half waits silently', 'every flow ends once'],
  },
  {
    name: 'a flow that was dead-lettered expires as well',
    file: 'lib/core/step/expire.ts',
    find: 'if (item.done !== undefined || item.failed !== undefined)',
    replace: 'if (item.done !== undefined)',
    finds: ['every flow ends once'],
  },
  {
    name: 'a half waits ten times as long',
    file: 'lib/core/step/join.ts',
    find: 'const expiry = expiresAt(at + joins.ttlMs);',
    replace: 'const expiry = expiresAt(at + 10 * joins.ttlMs);',
    finds: ['no half waits longer than its ttl'],
  },
];

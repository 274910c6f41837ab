import type { Bug } from '../bug.ts';

const item = 'lib/core/control/item.ts';
const apply = 'lib/core/control/apply.ts';
const missing = 'lib/core/control/missing.ts';
const reader = 'lib/runtime/controls/reader.ts';
const readings = 'lib/runtime/controls/readings.ts';
const state = 'lib/core/state/step.ts';

const GOES_BACK = 'the version of a control never goes back';
const FRESH = 'controls are no staler than they may be';
const HIGHEST = 'the highest version of a control counts';
const NAMES = 'an output names the controls it was made with';
const MISSING = 'without its control data does what it must';
const ONCE = 'a state counts each input once';

/** Controls that go back, come late or are misnamed, data without its control, inputs that count twice. */
export const controlBugs: readonly Bug[] = [
  {
    name: 'a version overwrites its like',
    file: item,
    find: 'change.version > state.current.version',
    replace: 'change.version >= state.current.version',
    finds: [GOES_BACK],
  },
  {
    name: 'the last message counts, whatever its version',
    file: item,
    find: "  return state.history.some(({ version, id }) => version === change.version && id === change.id)\n    ? 'duplicate'\n    : 'stale';",
    replace: "  return 'new';",
    finds: [GOES_BACK],
  },
  {
    name: 'a control is written whatever another writer wrote meanwhile',
    file: apply,
    find: "? { attribute: 'version', is: '=', value: state.current.version }",
    replace: "? { attribute: 'version', is: 'present' }",
    finds: [GOES_BACK],
  },
  {
    name: 'who finds another writer to be quicker gives up',
    file: apply,
    find: '    item = written.item;\n',
    replace: "    yield* record(story, 'stale', {});\n    return ACK;\n",
    finds: [HIGHEST],
  },
  {
    name: 'a message of one key goes to all of them',
    file: apply,
    find: '    message.key ?? (brought',
    replace: '    EVERY_KEY ?? (brought',
    finds: [HIGHEST],
  },
  {
    name: 'what is restored is not what was',
    file: apply,
    find: 'state?.history.find((one) => one.version === restores)',
    replace: 'state?.history.find((one) => one.version !== restores)',
    finds: [HIGHEST],
  },
  {
    name: 'a control message is logged before it is written',
    file: apply,
    find: '    const written = yield* write(story, {',
    replace:
      "    yield* record(story, 'applied', {});\n    if (story.attempt > 1) return ACK;\n    const written = yield* write(story, {",
    finds: [HIGHEST],
  },
  {
    name: 'a control that is applied is sent on',
    file: apply,
    find: '      story.controls = { [definition.name]: change.version };\n',
    replace:
      "      story.controls = { [definition.name]: change.version };\n      yield { do: 'send', queue: 'answers', message: story.envelope! };\n",
    finds: ['a control emits nothing'],
  },
  {
    name: 'a value is kept past its staleness',
    file: reader,
    find: 'now - before.at < use.maxStalenessMs',
    replace: 'now - before.at < 3 * use.maxStalenessMs',
    finds: [FRESH],
  },
  {
    name: 'a clock that is set back makes a value last longer',
    file: reader,
    find: 'before && now >= before.at && now',
    replace: 'before && now',
    finds: [FRESH],
  },
  {
    name: 'what is not set is remembered for ever',
    file: reader,
    find: 'now >= before.at && now - before.at < use.maxStalenessMs',
    replace: '(before.found === undefined || now - before.at < use.maxStalenessMs)',
    finds: [FRESH],
  },
  {
    name: 'a value is as new as its last use',
    file: reader,
    find: 'return { found: before.found, reads: 0 };',
    replace:
      '{\n      remember(itemKey, { ...before, at: now });\n      return { found: before.found, reads: 0 };\n    }',
    finds: [FRESH],
  },
  {
    name: 'a deleted control counts on',
    file: reader,
    find: '  if (deleted) return { value: undefined, version };\n',
    replace: '',
    finds: [FRESH],
  },
  {
    name: 'what is set for all counts before what is set for a key',
    file: 'lib/core/control/keys.ts',
    find: 'return [...keys, EVERY_KEY];',
    replace: 'return [EVERY_KEY, ...keys];',
    finds: [FRESH],
  },
  {
    name: 'wildcards are passed over',
    file: 'lib/core/control/keys.ts',
    find: 'at > 0; at =',
    replace: 'at > 1_024; at =',
    finds: [FRESH],
  },
  {
    name: 'data that should be buffered reads what it should wait for',
    file: reader,
    find: "return beforeControl === 'default' && initial",
    replace: "return beforeControl !== 'drop' && initial",
    finds: [FRESH],
  },
  {
    name: 'data that should be buffered is given up',
    file: missing,
    find: "policy !== 'buffer' || waited > BUFFER_MS",
    replace: "policy !== 'buffer' || waited > 1_000",
    finds: [MISSING],
  },
  {
    name: 'data that should be dropped is given up',
    file: missing,
    find: "if (policy === 'drop') {",
    replace: "if (policy === 'default') {",
    finds: [MISSING],
  },
  {
    name: 'data that should be given up is buffered',
    file: missing,
    find: "policy !== 'buffer' || waited > BUFFER_MS",
    replace: 'waited > BUFFER_MS',
    finds: [MISSING],
  },
  {
    name: 'buffered data is acknowledged',
    file: missing,
    find: "  return { end: 'retry', afterMs };",
    replace: "  return { end: 'ack' };",
    finds: ['acknowledged with a decision', 'every flow ends once'],
  },
  {
    name: 'buffered data waits for longer each time',
    file: missing,
    find: 'Math.min(FIRST_LOOK_MS + waited / 2, LAST_LOOK_MS)',
    replace: 'FIRST_LOOK_MS + waited',
    finds: [MISSING, 'every flow ends once'],
  },
  {
    name: 'the version of the first key is named by the last one',
    file: readings,
    find: 'Object.hasOwn(versions, name)',
    replace: 'Object.hasOwn(versions, key)',
    finds: [NAMES],
  },
  {
    name: 'a task that asks twice is told twice',
    file: readings,
    find: '        if (before) return before;\n',
    replace: '',
    finds: [NAMES],
  },
  {
    name: 'the version is named before it is looked at again',
    file: readings,
    find: '    return note(name, key, found);\n',
    replace: '    note(name, key, found);\n    return (await reader.find(name, key)).found ?? found;\n',
    finds: [NAMES],
  },
  {
    name: 'a threshold that has moved is not named',
    file: 'lib/core/control/live-threshold.ts',
    find: '  story.controls = { ...story.controls, [THRESHOLD]: found.version };\n',
    replace: '',
    finds: [NAMES],
  },
  {
    name: 'the threshold of the file counts, and the other one is named',
    file: 'lib/core/control/live-threshold.ts',
    find: '  story.threshold = (found.value as Threshold).atLeast;\n',
    replace: '',
    finds: [NAMES],
  },
  {
    name: 'a model serves though it was not accepted',
    file: 'lib/runtime/models/load-model.ts',
    find: 'if (accepted === true) return model;',
    replace: 'return model;',
    finds: ['a bad model answers nothing'],
  },
  {
    name: 'a model serves on under the name of the next one',
    file: 'lib/runtime/models/model-slot.ts',
    find: '      if (id !== undefined && id !== serving.id &&',
    replace:
      '      if (named?.[0] && id !== serving.id) serving = { ...serving, version: named[0].version };\n      if (id !== undefined && id !== serving.id &&',
    finds: ['an answer names the model it came of'],
  },
  {
    name: 'a state is written whatever another instance wrote meanwhile',
    file: state,
    find: "{ attribute: 'version', is: '=', value: version }",
    replace: "{ attribute: 'version', is: 'present' }",
    finds: [ONCE],
  },
  {
    name: 'an input that comes again is worked in again',
    file: state,
    find: '    if (before) return before;\n',
    replace: '',
    finds: [ONCE],
  },
  {
    name: 'an input is known by its delivery',
    file: state,
    find: 'const input = derivedId(...story.inputs.map(({ id }) => id), plan.tier.name);',
    replace: 'const input = derivedId(story.incoming.deliveryId, plan.tier.name);',
    finds: [ONCE],
  },
  {
    name: 'what an input led to is kept without its controls',
    file: 'lib/core/state/item.ts',
    find: '    ...(controls && { controls }),\n  };\n  return `',
    replace: '  };\n  return `',
    finds: [NAMES],
  },
];

import type { Bug } from '../bug.ts';

const file = 'lib/runtime/dead-letters.ts';
const ENDS = 'every flow ends once';

/** Letters that are lost where redriving is cut short or done in part. */
export const redriveBugs: readonly Bug[] = [
  {
    name: 'a letter is deleted before it is sent back',
    file,
    find: '    const errors = await before(held, source);\n',
    replace:
      '    await cloud.queue(source.deadLetters).delete(held.map(({ receipt }) => receipt));\n    const errors = await before(held, source);\n',
    finds: [ENDS],
  },
  {
    name: 'a letter that could not be sent back is deleted like the others',
    file,
    find: 'delete(held.filter((_, i) => !errors[i]).map(({ receipt }) => receipt));',
    replace: 'delete(held.map(({ receipt }) => receipt));',
    finds: [ENDS],
  },
  {
    name: 'the first letter that cannot be sent back stands for all',
    file,
    find: 'for (const [at, i] of indices.entries()) errors[i] = sent[at];',
    replace: 'for (const i of indices) errors[i] = sent[0];',
    finds: [ENDS],
  },
  {
    name: 'a letter goes back to the queue that its tier reads first',
    file,
    find: 'const sent = await cloud.queue(name).send(',
    replace: 'const sent = await cloud.queue(source.queues[0]!.queue).send(',
    finds: ['one output id', ENDS],
  },
];

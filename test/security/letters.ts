import type { DeadLetter } from '../../lib/core/dead-letter.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import type { TestCascade } from '../support/cascade.ts';

/** A data envelope as anyone who may send can write it by hand, with what is wrong with it. */
export const byHand = (wrong: Record<string, unknown> = {}): string =>
  JSON.stringify({
    ...({
      ...{ v: 1, id: 'm1', flow: 'bad', kind: 'data', ts: 0, sent: 0, hop: 0, data: { n: 1 } },
      from: { name: 'client', version: '1' },
    } satisfies Envelope),
    ...wrong,
  });

/** The same with one field written as JSON text, for what no value can say: nesting, doubled and special keys. */
export const byHandWith = (field: string, json: string, wrong: Record<string, unknown> = {}): string =>
  byHand({ ...wrong, [field]: '@' }).replace(`"${field}":"@"`, `"${field}":${json}`);

/** Puts a message on a queue, works everything off, and returns its one dead letter. */
export async function deadLetterOf(cascade: TestCascade, queue: string, body: string): Promise<DeadLetter> {
  await cascade.put(queue, body);
  await cascade.drain();
  const [letter, ...more] = await cascade.deadLetters();
  if (!letter || more.length > 0) throw new Error(`${more.length + (letter ? 1 : 0)} dead letters instead of one`);
  return letter;
}

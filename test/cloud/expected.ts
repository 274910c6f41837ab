import { expect } from 'vitest';
import type { SluiceError } from '../../lib/index.ts';
import type { FaultyCascade } from './faulty.ts';

/** What an error must say: its code, what and where, and what to do. */
export function says(code: string, problem: string | RegExp, fix: string | RegExp): object {
  return {
    code,
    problem: expect.stringMatching(problem),
    fix: expect.stringMatching(fix),
    message: expect.stringMatching(/\n {2}→ .+\.$/),
  };
}

/** The error that a call must end with. */
export async function caught(call: Promise<unknown>): Promise<SluiceError> {
  return call.then(
    () => expect.unreachable('it must fail'),
    (error: unknown) => error as SluiceError,
  );
}

/** Every flow has its answer, whatever was done twice is the same answer, and no letter is dead. */
export async function answeredOnce(cascade: FaultyCascade, expected: Readonly<Record<string, unknown>>): Promise<void> {
  const answers = await cascade.answers();
  expect(Object.fromEntries(answers.map(({ flow, signal }) => [flow, signal!.output]))).toEqual(expected);
  expect(new Set(answers.map(({ id }) => id)).size).toBe(Object.keys(expected).length);
  for (const { name } of cascade.graph.queues.filter((queue) => queue.name.endsWith('.dlq')))
    expect(await cascade.direct.queue(name).depth()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
}

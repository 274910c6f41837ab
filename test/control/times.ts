import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { connectControl, defineTier, type LoadContext, type model } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';

type Models = { default: typeof model };

/** A tier whose model is one number: the factor it multiplies by. Odd texts make it fail in the ways that models do. */
export const times = (extra: object = {}) =>
  defineTier({
    name: 'times',
    input: z.object({ n: z.number() }),
    output: z.object({ product: z.number() }),
    timeout: '1s',
    load: async ({ model: named }: LoadContext): Promise<number> => {
      if (!named) return 1;
      const text = await named.object.text();
      if (text === 'throws') throw new Error('unknown format');
      if (text === 'hangs') await new Promise(() => undefined);
      return Number(text);
    },
    accept: (factor: number): boolean => {
      if (factor === Number.POSITIVE_INFINITY) throw new Error('no such layer');
      return factor === 0 ? ('maybe' as never) : factor * 2 > 0;
    },
    predict: ({ data, model: factor }) => ({ product: data.n * factor }),
    ...extra,
  });

export const client = ({ cloud }: TestCascade) => connectControl<Models>('model', { cloud });

/** Sets a model of this text, its reference changed as `tamper` says, and has it applied. */
export async function set(cascade: TestCascade, text: string, version: number, tamper: object = {}): Promise<void> {
  const object = await cascade.cloud.objects.put(`models/times/${version}`, Buffer.from(text));
  await client(cascade).set({ object: { ...object, ...tamper } }, { key: 'times', version });
  await cascade.deliver('controls');
}

/** One flow after the staleness is over, and one after what that one began is done. */
export async function ask(
  cascade: TestCascade,
): Promise<{ readonly product: number; readonly version: number | undefined }> {
  for (const n of [1, 1]) {
    cascade.clock.advance(5_000);
    await cascade.send('times', { n });
    await cascade.deliver('times');
    await cascade.deliver('answers');
    // A model is loaded beside the one that serves; a hanging one takes a while of real time.
    await sleep(80);
  }
  const { output, controls } = cascade.answers.at(-1)!;
  return { ...(output as { product: number }), version: controls?.model };
}

/** What the log says of models. */
export const events = (cascade: TestCascade) =>
  cascade.records.filter(({ decision }) => ['swapped', 'rejected'].includes(decision));

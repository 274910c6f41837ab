import { defineTier, drop, RetryableError, TerminalError } from 'sluice';
import * as z from 'zod';

/** What becomes of a flow is said by its data, so that the account knows what to expect. */
export default defineTier({
  name: 'cheap',
  input: z.object({ n: z.number(), fate: z.string() }),
  output: z.object({ n: z.number(), fate: z.string(), sure: z.number() }),
  predict: ({ data: { n, fate }, attempt }) => {
    if (fate === 'poison') throw new TerminalError('this flow is poison');
    if (fate === 'stumbles' && attempt === 1) throw new RetryableError('the first try fails', { afterMs: 300 });
    return { n, fate, sure: fate === 'easy' || fate === 'stumbles' ? 1 : 0 };
  },
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
  gates: { data: (data) => (data.fate === 'unwanted' ? drop : data) },
  batch: { size: 200 },
  timeout: '1s',
  workers: 1,
});

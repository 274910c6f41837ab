import * as z from 'zod';

/** What each contender does with a record: check it, predict, and send the prediction on. */
export const Reading = z.object({ reading: z.number(), padding: z.string() });
export const Prediction = z.object({ odd: z.boolean() });

/** The model: nothing, so that what is left is the handler. */
export const predict = ({ reading }: z.infer<typeof Reading>): z.infer<typeof Prediction> => ({
  odd: reading % 2 === 1,
});

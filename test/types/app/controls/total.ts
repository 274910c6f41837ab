import { defineControl } from 'sluice';
import * as z from 'zod';

export default defineControl({
  name: 'total',
  schema: z.object({ add: z.number() }),
  reduce: (current: number | undefined, { add }) => (current ?? 0) + add,
  beforeControl: 'buffer',
});

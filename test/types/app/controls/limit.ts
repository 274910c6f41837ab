import { defineControl } from 'sluice';
import * as z from 'zod';

export default defineControl({
  name: 'limit',
  schema: z.object({ shop: z.string(), most: z.number() }),
  keyBy: ({ shop }) => shop,
  beforeControl: 'drop',
});

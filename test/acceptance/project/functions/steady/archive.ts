import { appendFileSync } from 'node:fs';
import { defineDestination } from 'sluice';

/** Appends answers to the file the test reads; written before it resolves, so an acknowledged answer is in it. */
export default defineDestination({
  name: 'archive',
  handler: ({ id, flowId, tier }) =>
    appendFileSync(process.env.STEADY_ARCHIVE!, `${JSON.stringify({ id, flowId, tier })}\n`),
});

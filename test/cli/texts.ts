/** A first tier that is sure of long texts. */
export const QUICK = `
import { defineTier, drop } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'quick',
  input: z.object({ text: z.string() }),
  output: z.object({ label: z.string(), confidence: z.number() }),
  gates: { data: (data) => (data.text === 'spam' ? drop : data) },
  predict: ({ data }) => ({ label: data.text, confidence: data.text.length / 10 }),
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.5 },
});
`;

/** A last tier that fails on the text "bad". */
export const CAREFUL = `
import { defineTier, tier } from 'sluice';
import * as z from 'zod';

const broken = true;

export default defineTier({
  name: 'careful',
  input: tier<typeof import('./quick.ts')>('quick'),
  output: z.object({ label: z.string(), confidence: z.number() }),
  predict: ({ data, signal }) => {
    if (broken && data.text === 'bad') throw new Error('no model for this');
    return { label: signal.label + '!', confidence: 0.95 };
  },
  retry: { maxAttempts: 2, backoff: '10ms' },
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.9 },
  exhausted: 'accept',
});
`;

/** A last tier that joins the signal with a stream of pages, each with a scan. */
export const JOINED = `
import { defineTier, stream, tier } from 'sluice';
import * as z from 'zod';

const pages = stream('pages', z.object({ page: z.number() }), { objects: { scan: { maxBytes: 1_000 } } });

export default defineTier({
  name: 'joined',
  input: tier<typeof import('./quick.ts')>('quick'),
  join: { data: pages, maxTimeDiff: '10s', ttl: '1h' },
  output: z.object({ label: z.string() }),
  predict: async ({ data, signal, objects }) => ({ label: [signal.label, data.page, await objects.scan.text()].join(' ') }),
});
`;

/** The application "texts": a cascade of two. */
export const TEXTS = { 'functions/texts/quick.ts': QUICK, 'functions/texts/careful.ts': CAREFUL } as const;

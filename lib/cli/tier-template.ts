import type { Schema } from '../core/schema.ts';
import { importPath, type TierFile } from './new-tier-upstream.ts';
import { scoreIn, zodText } from './zod-text.ts';

/** The file of a tier that begins a cascade. */
export function firstTierText(name: string): string {
  return `import { defineTier } from 'sluice';
import * as z from 'zod';

/** The first tier: the cheapest model, which answers what it is sure of. */
export default defineTier({
  name: '${name}',
  input: z.object({ text: z.string() }),
  output: z.object({ label: z.string(), confidence: z.number() }),
  // Put your model here; load: () => …, if it has to be loaded, comes to predict as \`model\`.
  predict: ({ data }) => ({ label: data.text.endsWith('?') ? 'question' : 'statement', confidence: 0.8 }),
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.9 },
  // What becomes of unsure predictions while no tier follows this one.
  exhausted: 'accept',
});
`;
}

/** The file of a tier that comes after another: it predicts what the tier before did until a model is put in. */
export function laterTierText(name: string, upstream: TierFile, stream: string | undefined): string {
  const { tier } = upstream;
  const output = zodText(tier.output as Schema, 'output');
  const score = output && scoreIn(tier.output as Schema);
  const imports = stream === undefined ? 'defineTier, tier' : 'defineTier, stream, tier';
  return `import { ${imports} } from 'sluice';
import * as z from 'zod';

/** Takes over what "${tier.name}" is not sure of. */
export default defineTier({
  name: '${name}',
  // The types of data and signal come from the tier before; nothing of its code does.
  input: tier<typeof import('${importPath(upstream)}')>('${tier.name}'),
${joinText(stream)}  output: ${output ?? 'z.unknown()'},
  // Put your model here: it reads data and objects; signal is what "${tier.name}" predicted.
  predict: ({ signal }) => signal,
${satisfiedText(score)}});
`;
}

function joinText(stream: string | undefined): string {
  if (stream === undefined) return '';
  return `  // The data has a stream of its own and meets the signal by flow id.
  join: { data: stream('${stream}', z.object({ text: z.string() })), ttl: '1h' },
`;
}

function satisfiedText(score: string | undefined): string {
  if (score === undefined) return '';
  return `  satisfied: { score: ({ output }) => output.${score}, atLeast: 0.9 },
  // What becomes of unsure predictions while no tier follows this one.
  exhausted: 'accept',
`;
}

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineDestination } from '../../lib/core/destination.ts';
import { buildGraph, type DefinitionFile } from '../../lib/core/graph.ts';
import { describeGraph } from '../../lib/core/graph-describe.ts';
import { printMermaid } from '../../lib/core/graph-mermaid.ts';
import { printGraph } from '../../lib/core/graph-print.ts';
import type { Graph } from '../../lib/core/plan.ts';
import { stream } from '../../lib/core/stream.ts';
import { defineTier, tier } from '../../lib/core/tier.ts';

const output = z.object({ label: z.string(), confidence: z.number() });
const predict = (): z.infer<typeof output> => ({ label: 'x', confidence: 1 });
const score = (x: { output: z.infer<typeof output> }): number => x.output.confidence;
const data = z.object({ text: z.string() });

const thumb = defineTier({
  name: 'thumb',
  input: data,
  output,
  predict,
  satisfied: { score, atLeast: 0.997 },
  audit: 0.01,
  batch: { size: 50 },
}); // prettier-ignore
const small = defineTier({
  name: 'small',
  input: tier('thumb'),
  output,
  predict,
  satisfied: { score, atLeast: 0.82 },
  workers: 1,
  join: { data: stream('photos', data), maxTimeDiff: '10s', ttl: '90m', signals: 'latest' },
}); // prettier-ignore
const deep = defineTier({
  name: 'very-deep',
  input: tier('small'),
  output,
  predict,
  satisfied: { score, atLeast: 0.6 },
  exhausted: 'accept',
  delivery: 'once',
  workers: 2,
  pace: { minInterval: '250ms' },
  batch: { size: 1 },
}); // prettier-ignore
const alone = defineTier({
  name: 'alone',
  input: data,
  output,
  predict,
  satisfied: { score, atLeast: 0.5 },
  exhausted: 'deadLetter',
}); // prettier-ignore
const last = defineTier({ name: 'last', input: tier('thumb'), output, predict });
const archive = defineDestination({ name: 'archive', handler: () => undefined });

const graphOf = (...definitions: readonly object[]): Graph =>
  buildGraph(
    'photos',
    definitions.map((definition) => ({
      file: `functions/photos/${(definition as { name: string }).name}.ts`,
      version: '0123456789ab',
      definition: definition as DefinitionFile['definition'],
    })),
  );

const GRAPHS: Readonly<Record<string, Graph>> = {
  'join-and-carry': graphOf(thumb, small, deep),
  'two-cascades-and-destination': graphOf(alone, thumb, last, archive),
};

describe.each(Object.entries(GRAPHS))('the graph %s', (name, graph) => {
  it('is drawn as text', async () => {
    await expect(printGraph(graph)).toMatchFileSnapshot(`golden/graph-${name}.txt`);
  });

  it('is drawn for Mermaid', async () => {
    await expect(printMermaid(graph)).toMatchFileSnapshot(`golden/graph-${name}.mmd`);
  });

  it('is described as data that survives JSON', async () => {
    const text = `${JSON.stringify(describeGraph(graph), null, 2)}\n`;
    expect(JSON.parse(text)).toEqual(describeGraph(graph));
    await expect(text).toMatchFileSnapshot(`golden/graph-${name}.json.txt`);
  });
});

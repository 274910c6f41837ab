import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { scoreIn, zodText } from '../../lib/cli/zod-text.ts';

describe('a schema as source', () => {
  it('says what the schema says', () => {
    const schema = z.object({
      label: z.enum(['a', "b's"]),
      'odd key': z.literal('x'),
      n: z.number().optional(),
      many: z.array(z.object({ ok: z.boolean() })),
    });
    const text = zodText(schema, 'output')!;
    const again = new Function('z', `return ${text}`)(z) as typeof schema;
    expect(z.toJSONSchema(again)).toEqual(z.toJSONSchema(schema));
  });

  it.each([
    z.unknown(),
    z.union([z.string(), z.number()]),
    z.object({ x: z.date() }),
    z.record(z.string(), z.number()),
  ])('says nothing of what it cannot say (%#)', (schema) => expect(zodText(schema, 'output')).toBeUndefined());

  it('finds the property that is a score', () => {
    expect(scoreIn(z.object({ count: z.number(), confidence: z.number() }))).toBe('confidence');
    expect(scoreIn(z.object({ label: z.string(), margin: z.number() }))).toBe('margin');
    expect(scoreIn(z.object({ confidence: z.number().optional() }))).toBeUndefined();
  });
});

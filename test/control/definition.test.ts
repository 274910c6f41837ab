import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { buildGraph } from '../../lib/core/graph.ts';
import { describeGraph } from '../../lib/core/graph-describe.ts';
import { printGraph } from '../../lib/core/graph-print.ts';
import { control, defineControl, defineDestination, defineTier, threshold } from '../../lib/index.ts';
import { loadApplication } from '../../lib/local/index.ts';

const limit = (extra: object = {}) =>
  defineControl({ name: 'limit', schema: z.number(), beforeControl: 'drop', ...extra });
const tierNamed = (name: string, extra: object = {}) =>
  defineTier({ name, input: z.string(), output: z.string(), predict: () => '', ...extra });
const graph = (...definitions: readonly unknown[]) =>
  buildGraph(
    'app',
    definitions.map((definition, i) => ({ file: `${i}.ts`, version: String(i), definition: definition as never })),
  );

describe('a control', () => {
  test.each<[string, object, string, RegExp]>([
    ['a name that cannot be', { name: 'Limit' }, 'name-invalid', /Limit/],
    [
      'the name of a built-in one',
      { name: 'threshold' },
      'name-invalid',
      /export \{ threshold as default \} from 'sluice'/,
    ],
    ['the name of the other built-in one', { name: 'model' }, 'name-invalid', /controls\/model\.ts/],
    ['a misspelt option', { maxStalenes: '1s' }, 'option-unknown', /Did you mean "maxStaleness"/],
    ['no policy', { beforeControl: undefined }, 'option-invalid', /'drop', 'default', 'buffer', 'deadLetter'/],
    ['a default without an initial value', { beforeControl: 'default' }, 'option-invalid', /initial/],
    ['an initial value that does not fit', { initial: 'x' }, 'option-invalid', /fits the schema/],
    ['no schema', { schema: 3 }, 'option-invalid', /schema/],
    ['a keyBy that is no function', { keyBy: 'shop' }, 'option-invalid', /keyBy/],
    ['a staleness without a unit', { maxStaleness: '5' }, 'option-invalid', /not a duration/],
    ['no history', { history: 0 }, 'option-invalid', /from 1 to 100/],
  ])('with %s is refused when it is defined', (_, extra, code, says) => {
    expect(() => limit(extra)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));
  });
});

describe('the graph', () => {
  const reading = (name: string) => tierNamed('a', { controls: { limit: control(name) } });

  test.each<[string, () => unknown, string, RegExp]>([
    ['a control in no file', () => graph(reading('limit')), 'graph-unknown-control', /controls\/limit\.ts/],
    [
      'a built-in control that is not turned on',
      () => graph(reading('threshold'), limit()),
      'graph-unknown-control',
      /export \{ threshold as default \}/,
    ],
    ['a misspelt control', () => graph(reading('limt'), limit()), 'graph-unknown-control', /Did you mean "limit"/],
    [
      'two controls of one name',
      () => graph(tierNamed('a'), limit(), limit()),
      'graph-duplicate-name',
      /1\.ts and 2\.ts/,
    ],
    ['a tier named as the controls', () => graph(tierNamed('controls'), limit()), 'graph-duplicate-name', /0\.ts/],
    [
      'a destination named as the controls',
      () => graph(tierNamed('a'), limit(), defineDestination({ name: 'controls', handler: () => undefined })),
      'graph-duplicate-name',
      /2\.ts/,
    ],
  ])('refuses %s', (_, build, code, says) => {
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));
  });

  test('has a queue for control messages only where there are controls, so that nothing else changes', () => {
    const { controls, queues } = graph(tierNamed('a'));
    expect(controls).toBeUndefined();
    expect(queues.map(({ name }) => name)).toEqual(['a', 'a.dlq', 'answers', 'answers.dlq']);
    expect(graph(tierNamed('controls')).tiers).toHaveLength(1);
  });

  test('draws the controls beside the answers, and names them as data', () => {
    const drawn = graph(reading('limit'), limit());
    expect(printGraph(drawn)).toMatch(/\[controls\] ──▶ limit\n$/);
    expect(describeGraph(drawn)).toMatchObject({ controls: ['limit'] });
  });

  test('lets a tier with a threshold read the control that moves it, and no other tier', () => {
    const sure = { satisfied: { score: () => 1, atLeast: 1 }, exhausted: 'accept' };
    const { tiers, controls } = graph(tierNamed('a', sure), tierNamed('b'), threshold);
    expect(tiers.map((plan) => plan.controls?.map(({ name }) => name))).toEqual([['threshold'], undefined]);
    expect(controls!.tiers).toEqual({ threshold: ['a'], load: [] });
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(import.meta.dirname, '.files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const TIER = `import { defineTier } from 'sluice'; import * as z from 'zod';
    export default defineTier({ name: 'a', input: z.string(), output: z.string(), predict: () => '' });`;
  const LIMIT = `import { defineControl } from 'sluice'; import * as z from 'zod';
    export default defineControl({ name: 'limit', schema: z.number(), beforeControl: 'drop' });`;

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a control beside the tiers',
      { 'a.ts': TIER, 'limit.ts': LIMIT },
      /exports a control, outside of controls\/[\s\S]*controls\/limit\.ts/,
    ],
    [
      'a tier among the controls',
      { 'a.ts': TIER, 'controls/b.ts': TIER.replace(`'a'`, `'b'`) },
      /exports a tier[\s\S]*out of controls\//,
    ],
    [
      'what is no definition',
      { 'a.ts': TIER, 'controls/b.ts': 'export default 3;' },
      /no tier, no destination and no control/,
    ],
  ])('%s is refused with the place where it belongs', async (name, files, says) => {
    const application = join(folder, name.replaceAll(' ', '-'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(application, file)), { recursive: true });
      writeFileSync(join(application, file), text);
    }
    await expect(loadApplication(application)).rejects.toMatchObject({
      code: 'file-invalid',
      message: expect.stringMatching(says),
    });
  });
});

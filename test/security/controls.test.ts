import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { clientReach, controlClientReach } from '../../infra/reach.ts';
import { connectControl, defineControl, threshold } from '../../lib/index.ts';
import { renumberControl } from '../../lib/runtime/controls/renumber.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';
import { byHandWith } from './letters.ts';

const setting = defineControl({
  name: 'setting',
  schema: z.object({ most: z.number() }),
  beforeControl: 'default',
  initial: { most: 1 },
});

const begin = (): Promise<TestCascade> =>
  started({ tiers: [cheap({ sure: () => 0.6 }), carrying()], controls: [setting, threshold] });
const put = (cascade: TestCascade, control: string): Promise<void> =>
  cascade.put('controls', byHandWith('control', control, { kind: 'control', data: undefined }));
const settings = ({ cloud }: TestCascade) => connectControl<{ default: typeof setting }>('setting', { cloud });
const thresholds = ({ cloud }: TestCascade) => connectControl<{ default: typeof threshold }>('threshold', { cloud });

describe('a control message', () => {
  test.each([
    '{"name":"threshold","key":"cheap","version":9,"value":{"atLeast":1e999}}',
    '{"name":"threshold","key":"cheap","version":9,"value":{"atLeast":"0"}}',
    '{"name":"threshold","key":"cheap","version":9,"value":{"load":"evil.mjs","file":"evil.mjs"}}',
    '{"name":"threshold","key":"nobody","version":9,"value":{"atLeast":0}}',
    '{"name":"threshold","key":"cheap","version":1e300,"value":{"atLeast":0}}',
    '{"name":"__proto__","key":"cheap","version":9,"value":{"atLeast":0}}',
    '{"name":"setting","version":9,"value":{"__proto__":{"most":5}}}',
    '{"name":"setting","version":9,"value":"import(\'evil.mjs\')"}',
    `{"name":"setting","version":9,"value":${'['.repeat(9_000)}${']'.repeat(9_000)}}`,
  ])('that does not fit is a dead letter at once and changes nothing: %.80s', async (control) => {
    const cascade = await begin();
    await thresholds(cascade).set({ atLeast: 0.5 }, { key: 'cheap', version: 1 });
    await settings(cascade).set({ most: 2 }, { version: 1 });
    await cascade.drain();
    await put(cascade, control);
    await cascade.drain();
    expect(cascade.records.at(-1)).toMatchObject({ decision: 'failed', tier: 'controls', attempt: 1 });
    expect(cascade.records.at(-1)!.code).toMatch(/^(control|envelope)-invalid$/);
    expect(await settings(cascade).get('*')).toMatchObject({ value: { most: 2 }, version: 1 });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.records.find(({ flow }) => flow === 'f')).toMatchObject({ decision: 'accepted', threshold: 0.5 });
  });

  test('for an awkward key sets that key and no other', async () => {
    const cascade = await begin();
    const keys = ['__proto__', 'constructor', 'a#b', '../x', '\n\u001b[2J', 'a'];
    for (const [most, key] of keys.entries()) await settings(cascade).set({ most }, { key, version: 1 });
    await cascade.drain();
    for (const [most, key] of keys.entries())
      expect(await settings(cascade).get(key)).toMatchObject({ value: { most } });
  });

  test('with the highest version there is freezes its key until an operator numbers it anew, which no sender may', async () => {
    const cascade = await begin();
    await settings(cascade).set({ most: 2 }, { version: 1 });
    await settings(cascade).set({ most: 666 }, { version: Number.MAX_SAFE_INTEGER });
    await settings(cascade).delete({ version: Number.MAX_SAFE_INTEGER });
    await cascade.drain();
    expect(await settings(cascade).get()).toMatchObject({ value: { most: 666 } });
    expect(await renumberControl(cascade.cloud.table, 'setting', '*')).toBe(2);
    await settings(cascade).restore(1, { version: 3 });
    await cascade.drain();
    expect(await settings(cascade).get()).toMatchObject({ value: { most: 2 } });
    const { sends, table, keys } = controlClientReach(cascade.graph.controls!);
    expect({ sends, table, keys }).toEqual({
      sends: ['controls'],
      table: 'get',
      keys: ['control#setting#*', 'control#threshold#*'],
    });
  });

  test('comes from nobody who may only send data', async () => {
    const { graph } = await begin();
    expect(graph.queues.map(({ name }) => name)).toContain('controls');
    const { sends, writes } = clientReach(graph);
    expect(sends).toEqual(['cheap']);
    expect(writes.filter((pattern) => pattern.startsWith('models'))).toEqual([]);
  });
});

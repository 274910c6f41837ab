import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/core/tier-types.ts';
import { connect, connectControl } from '../../lib/index.ts';
import { type Cascade, type LocalCloud, loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';
import { GOLDEN, parse, type setting } from './thermostat.ts';

const FOLDER = fileURLToPath(new URL('./project/functions/heat', import.meta.url));

let running: { readonly cloud: LocalCloud; readonly cascade: Cascade } | undefined;
afterEach(async () => {
  await running?.cascade.stop();
  await running?.cloud.close();
  running = undefined;
});

describe('an application with controls', () => {
  test('is loaded with its folder controls, which makes a queue and its dead letters', async () => {
    const { graph, files, controls } = await loadApplication(FOLDER);
    expect(graph.controls).toMatchObject({
      name: 'controls',
      deadLetters: 'controls.dlq',
      tiers: { threshold: [], load: [] },
    });
    expect(graph.controls!.controls.map(({ name }) => name)).toEqual(['setting', 'threshold']);
    expect(graph.tiers[0]!.controls).toEqual([{ name: 'setting', beforeControl: 'drop', maxStalenessMs: 5_000 }]);
    expect(graph.queues.map(({ name }) => name)).toEqual([
      'thermostat',
      'thermostat.dlq',
      'controls',
      'controls.dlq',
      'answers',
      'answers.dlq',
    ]);
    expect([...files.keys()]).toEqual(['thermostat']);
    expect(controls!.map((path) => path.slice(FOLDER.length + 1))).toEqual([
      'controls/setting.ts',
      'controls/threshold.ts',
    ]);
  });

  test('runs the golden trace on the embedded cloud, its task in a worker thread', async () => {
    let now = Date.now();
    const clock = {
      now: () => now,
      sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 20))),
    };
    const cloud = await openCloud({ dir: ':memory:', clock });
    const answers: Answer[] = [];
    const application = await loadApplication(FOLDER);
    const cascade = await startCascade({ application, cloud, onAnswer: (answer) => void answers.push(answer) });
    running = { cloud, cascade };
    const client = connect('thermostat', { cloud });
    const settings = connectControl<{ default: typeof setting }>('setting', { cloud });
    const commands: unknown[] = [];
    for (const [i, [event]] of GOLDEN.entries()) {
      const { sensorID, kind, value } = parse(event);
      now += 60_000;
      if (kind === 'C') await settings.set({ sensorID, desired: value, upDelta: 1, downDelta: 1 });
      else await client.send({ sensorID, temperature: value }, { flowId: `f${i}`, objects: {} });
      await cascade.settled();
      commands.push([event, (answers.splice(0)[0]?.output as { command: unknown } | undefined)?.command ?? null]);
    }
    expect(commands).toEqual(GOLDEN);
    const before = await cloud.decisions.flow('f0');
    expect(before).toEqual([
      expect.objectContaining({ decision: 'dropped', reason: expect.stringContaining('nothing is set') }),
    ]);
  });
});

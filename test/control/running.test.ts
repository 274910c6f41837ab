import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/core/tier-types.ts';
import { connect, connectControl } from '../../lib/index.ts';
import {
  type Application,
  type Cascade,
  type LocalCloud,
  loadApplication,
  openCloud,
  startCascade,
} from '../../lib/local/index.ts';
import { COMMANDS, EVENTS } from '../thermostat/golden.ts';

const FOLDER = fileURLToPath(new URL('../../functions/thermostat', import.meta.url));

let running: { readonly cloud: LocalCloud; readonly cascade: Cascade } | undefined;
afterEach(async () => {
  await running?.cascade.stop();
  await running?.cloud.close();
  running = undefined;
});

/** The application with its tiers' tasks in worker threads, where controls and state come from the main one. */
function inThreads(application: Application): Application {
  const tiers = application.graph.tiers.map((plan) => ({ ...plan, tier: { ...plan.tier, workers: 1 } }));
  return { ...application, graph: { ...application.graph, tiers } };
}

describe('an application with controls', () => {
  test('is loaded with its folder controls, which makes a queue and its dead letters', async () => {
    const { graph, files, controls } = await loadApplication(FOLDER);
    expect(graph.controls).toMatchObject({
      name: 'controls',
      deadLetters: 'controls.dlq',
      tiers: { threshold: [], load: [] },
    });
    expect(graph.controls!.controls.map(({ name }) => name)).toEqual(['setting']);
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
    expect(controls!.map((path) => path.slice(FOLDER.length + 1))).toEqual(['controls/setting.ts']);
  });

  test('runs the golden trace on the embedded cloud, its task in a worker thread', async () => {
    let now = Date.now();
    const clock = {
      now: () => now,
      sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 20))),
    };
    const cloud = await openCloud({ dir: ':memory:', clock });
    const answers: Answer[] = [];
    const application = inThreads(await loadApplication(FOLDER));
    const cascade = await startCascade({ application, cloud, onAnswer: (answer) => void answers.push(answer) });
    running = { cloud, cascade };
    const readings = connect<typeof import('../../functions/thermostat/thermostat.ts')>('thermostat', { cloud });
    const settings = connectControl<typeof import('../../functions/thermostat/controls/setting.ts')>('setting', {
      cloud,
    });
    for (const [i, event] of EVENTS.entries()) {
      now += 60_000;
      if (event.kind === 'control') {
        const { kind, version, ...setting } = event;
        await settings.set(setting, { version });
      } else {
        const { kind, ...reading } = event;
        await readings.send(reading, { flowId: String(i) });
      }
      await cascade.settled();
    }
    const commands = answers.map(({ flowId, output }) => ({ i: Number(flowId), ...(output as object) }));
    expect(commands).toEqual(COMMANDS);
    expect(answers.map(({ controls }) => controls)).toEqual(COMMANDS.map(({ version }) => ({ setting: version })));
  });
});

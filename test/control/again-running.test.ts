import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { controlSteps } from '../../lib/core/control/steps.ts';
import type { Answer } from '../../lib/core/tier-types.ts';
import { connect, connectControl } from '../../lib/index.ts';
import { type Application, loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';
import { EVENTS } from '../thermostat/golden.ts';

const FOLDER = fileURLToPath(new URL('../../functions/thermostat', import.meta.url));

/** The thermostat as its file would have it with `reevaluateOnControl` and `workers`. */
async function workingAgain(): Promise<Application> {
  const application = await loadApplication(FOLDER);
  const [plan] = application.graph.tiers;
  const tier = { ...plan!.tier, reevaluateOnControl: true, workers: 1 };
  const controls = {
    ...application.graph.controls!,
    again: { setting: [{ queue: 'thermostat', kind: 'data' as const, tier: 'thermostat' }] },
  };
  return {
    ...application,
    graph: { ...application.graph, tiers: [{ ...plan!, tier, steps: controlSteps }], controls },
  };
}

test('on the embedded cloud, with the task in a worker thread, the heater hears of a setting at once, and no reading misses one', async () => {
  const cloud = await openCloud({ dir: ':memory:' });
  const answers: Answer[] = [];
  const cascade = await startCascade({
    application: await workingAgain(),
    cloud,
    onAnswer: (answer) => void answers.push(answer),
  });
  try {
    const readings = connect<typeof import('../../functions/thermostat/thermostat.ts')>('thermostat', { cloud });
    const settings = connectControl<typeof import('../../functions/thermostat/controls/setting.ts')>('setting', {
      cloud,
    });
    const commands: string[] = [];
    for (const [i, event] of EVENTS.entries()) {
      if (event.kind === 'control') {
        const { kind, version, ...setting } = event;
        await settings.set(setting, { version });
      } else {
        const { kind, ...reading } = event;
        await readings.send(reading, { flowId: `${i}`, at: new Date(1_000 * i) });
      }
      await cascade.settled();
      for (const { output } of answers.splice(0)) commands.push(`${i} ${(output as { command: string }).command}`);
    }
    expect(commands).toEqual(['2 On', '7 Off', '9 On', '13 Off']);
  } finally {
    await cascade.stop();
    await cloud.close();
  }
});

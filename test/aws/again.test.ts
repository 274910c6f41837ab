import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { connect, connectControl } from '../../lib/index.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import { controlHandler } from '../../lib/runtime/handler.ts';
import { EVENTS } from '../thermostat/golden.ts';
import { type AwsBackend, awsBackend, ENDPOINT, SKIPPED } from './endpoint.ts';
import { deliver, instanceOf } from './thermostat.ts';

type Setting = { default: typeof setting };
const graph = buildGraph(
  'heat',
  [{ ...thermostat, reevaluateOnControl: true }, setting].map((definition) => ({
    file: 'f.ts',
    version: '1',
    definition: definition as never,
  })),
);

describe.skipIf(!ENDPOINT)(`data worked again on SQS and DynamoDB${ENDPOINT ? '' : ` (${SKIPPED})`}`, () => {
  let backend: AwsBackend;
  let cloud: Cloud;
  const queues = new Map<string, Queue>();

  beforeAll(async () => {
    backend = await awsBackend({});
    for (const { name } of graph.queues) queues.set(name, (await backend.queue({})).queue);
    cloud = {
      ...backend.cloud,
      queue: (name) => queues.get(name)!,
      decisions: { ...backend.cloud.decisions, write: async () => undefined },
    };
  }, 60_000);
  afterAll(() => backend?.remove());

  test('the golden trace, every message at two instances at the same time, no time between', {
    timeout: 120_000,
  }, async () => {
    const both = [instanceOf(graph, cloud), instanceOf(graph, cloud)];
    const client = connect('thermostat', { cloud });
    const settings = connectControl<Setting>('setting', { cloud });
    for (const [i, event] of EVENTS.entries()) {
      if (event.kind === 'control') {
        const { kind, version, ...value } = event;
        await settings.set(value, { version });
        await deliver(cloud, 'controls', [controlHandler(graph.controls!, cloud)]);
      } else {
        const { kind, ...reading } = event;
        await client.send(reading, { flowId: `f${i}`, objects: {} });
      }
      await deliver(cloud, 'thermostat', both);
    }
    const commands = new Map<string, string>();
    for (let left = true; left; ) {
      const messages = await cloud.queue('answers').receive({ max: 10, visibilityMs: 60_000, waitMs: 1_000 });
      await cloud.queue('answers').delete(messages.map(({ receipt }) => receipt));
      for (const { id, flow, signal } of messages.map(({ body }) => JSON.parse(body) as Envelope)) {
        const { command, version } = signal!.output as { command: string; version: number };
        commands.set(id, `${flow} ${command} ${version}`);
      }
      left = messages.length > 0;
    }
    expect([...commands.values()].sort()).toEqual(['f13 Off 2', 'f2 On 1', 'f7 Off 1', 'f8 On 2']);
  });

  test('a setting for all reaches the sensors that have none of their own, every message delivered twice', {
    timeout: 120_000,
  }, async () => {
    const both = [instanceOf(graph, cloud), instanceOf(graph, cloud)];
    const settings = connectControl<Setting>('setting', { cloud });
    const applied = [controlHandler(graph.controls!, cloud), controlHandler(graph.controls!, cloud)];
    const set = async (key: string, desired: number): Promise<void> => {
      await settings.set({ sensorID: key, desired, upDelta: 1, downDelta: 1 }, { key, version: desired });
      await deliver(cloud, 'controls', applied);
      // What looks for the keys below a wildcard is a message of its own.
      if (key === '*') await deliver(cloud, 'controls', applied);
    };
    await set('*', 40);
    await set('own', 45);
    const client = connect('thermostat', { cloud });
    for (const sensorID of ['x', 'y', 'own']) {
      await client.send({ sensorID, temperature: 43 }, { flowId: `of ${sensorID}`, objects: {} });
    }
    await deliver(cloud, 'thermostat', both);
    await set('*', 50);
    await deliver(cloud, 'thermostat', both);
    const item = async (key: string) => (await cloud.table.get(`state#thermostat#${key}`)) ?? {};
    for (const key of ['x', 'y']) {
      expect(await item(key)).toMatchObject({ value: { last: 'On' }, heard: { 'setting#*': 50 }, version: 2 });
    }
    // 43 degrees, and 45 wanted.
    expect(await item('own')).toMatchObject({ value: { last: 'On' }, heard: { setting: 45 } });
    expect((await item('own')).heard).not.toHaveProperty('setting#*');
  });
});

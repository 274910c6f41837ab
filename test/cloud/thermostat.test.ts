import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, connectControl } from '../../lib/index.ts';
import { loadApplication } from '../../lib/local/index.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import { toAnswer } from '../../lib/runtime/answer.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { type BatchHandler, controlHandler, tierHandler } from '../../lib/runtime/handler.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';
import { type AwsBackend, awsBackend, ENDPOINT, SKIPPED } from '../aws/endpoint.ts';
import { COMMANDS, EVENTS } from '../thermostat/golden.ts';

const FOLDER = fileURLToPath(new URL('../../functions/thermostat', import.meta.url));

describe.skipIf(!ENDPOINT)(`the thermostat on SQS and DynamoDB${ENDPOINT ? '' : ` (${SKIPPED})`}`, () => {
  let backend: AwsBackend;
  let cloud: Cloud;
  let ahead = 0;
  const handlers = new Map<string, BatchHandler>();

  beforeAll(async () => {
    const { graph } = await loadApplication(FOLDER);
    backend = await awsBackend({}, ['queue', 'table', 'objects']);
    const queues = new Map<string, Queue>();
    for (const { name } of graph.queues) queues.set(name, (await backend.queue({})).queue);
    const { clock } = backend.cloud;
    cloud = {
      ...backend.cloud,
      queue: (name) => queues.get(name)!,
      clock: { ...clock, now: () => clock.now() + ahead },
      decisions: { write: async () => undefined, flow: async () => [] },
    };
    const plan = graph.tiers[0]!;
    const controls = controlReader(cloud.table, cloud.clock, plan.controls!);
    const predictor = createPredictor({ tier: plan.tier, version: plan.version, objects: cloud.objects, controls });
    handlers.set('controls', controlHandler(graph.controls!, cloud));
    handlers.set('thermostat', tierHandler(plan, 'thermostat', cloud, predictor, { controls }));
  }, 60_000);
  afterAll(() => backend?.remove());

  /** Works off what has been sent to a queue, and what is delivered again after that. */
  async function deliver(name: string): Promise<void> {
    const queue = cloud.queue(name);
    const messages = await queue.receive({ max: 10, visibilityMs: 60_000, waitMs: 5_000 });
    expect(messages).toHaveLength(1);
    for (const _ of ['delivered', 'again']) expect(await handlers.get(name)!(messages)).toEqual({ failed: [] });
    await queue.delete(messages.map(({ receipt }) => receipt));
  }

  test('plays the golden trace, every message delivered twice', { timeout: 120_000 }, async () => {
    const thermostat = connect<typeof import('../../functions/thermostat/thermostat.ts')>('thermostat', { cloud });
    const settings = connectControl<typeof import('../../functions/thermostat/controls/setting.ts')>('setting', {
      cloud,
    });
    for (const [i, event] of EVENTS.entries()) {
      ahead += 60_000;
      if (event.kind === 'control') {
        const { kind, version, ...value } = event;
        await settings.set(value, { version });
        await deliver('controls');
      } else {
        const { kind, ...reading } = event;
        await thermostat.send(reading, { flowId: String(i) });
        await deliver('thermostat');
      }
    }
    const said = new Map<string, unknown>();
    const answers = cloud.queue('answers');
    const wanted = 2 * COMMANDS.length;
    for (let count = 0; count < wanted; ) {
      const messages = await answers.receive({ max: 10, visibilityMs: 60_000, waitMs: 5_000 });
      for (const { body } of messages) {
        const { id, flowId, output, controls } = toAnswer(JSON.parse(body), cloud.objects);
        const { sensorID, command, version } = output as { sensorID: number; command: string; version: number };
        expect(controls).toEqual({ setting: version });
        said.set(id, { i: Number(flowId), sensorID, command, version });
      }
      expect(messages.length).toBeGreaterThan(0);
      count += messages.length;
    }
    expect([...said.values()].sort((a, b) => (a as { i: number }).i - (b as { i: number }).i)).toEqual(COMMANDS);
  });
});

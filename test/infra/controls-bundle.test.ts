import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleTiers, CONTROLS_FUNCTION } from '../../infra/bundle.ts';
import { controlsConfig, tierConfig } from '../../infra/config.ts';
import { controlsReach, reachOf } from '../../infra/reach.ts';
import { FUNCTION_CONFIG } from '../../lib/aws/function-config.ts';
import { loadApplication } from '../../lib/runtime/application.ts';
import { envelope, record, urlOf } from '../aws-handler/harness.ts';
import { startStub } from '../bench/cold-stub.ts';
import { callBundle } from './bundle-call.ts';

const FOLDER = join(import.meta.dirname, '../../functions/thermostat');

test('the bundles of an application with controls run: the table alone for a control, no control in the tier', {
  timeout: 60_000,
}, async () => {
  const out = await mkdtemp(join(tmpdir(), 'controls-'));
  const stub = await startStub();
  try {
    const application = await loadApplication(FOLDER);
    const { graph } = application;
    const bundles = await bundleTiers(application, out);
    expect([...bundles.keys()]).toEqual(['thermostat', CONTROLS_FUNCTION]);
    const at = { url: urlOf, table: 'flows', bucket: 'objects', allowedBuckets: [] };
    const value = { sensorID: '1', desired: 45, upDelta: 1, downDelta: 1 };

    const controls = graph.controls!;
    const config = controlsConfig(controls, controlsReach(controls), at);
    const sent = envelope(1, undefined, {
      kind: 'control',
      flow: 'c',
      control: { name: 'setting', version: 1, value },
    });
    const Records = [record('controls', 1, JSON.stringify(sent))];
    const env = { [FUNCTION_CONFIG]: JSON.stringify(config) };
    const applied = await callBundle(bundles.get(CONTROLS_FUNCTION)!, env, { Records }, stub);
    expect(applied.response).toEqual({ batchItemFailures: [] });
    expect(applied.lines).toContainEqual(expect.objectContaining({ tier: 'controls', decision: 'applied' }));
    expect(stub.calls.map(({ target }) => target)).toEqual([
      'DynamoDB_20120810.GetItem',
      'DynamoDB_20120810.UpdateItem',
    ]);

    const plan = graph.tiers[0]!;
    const reading = { Records: [record('thermostat', 1, { sensorID: '1', temperature: 40 })] };
    const tierEnv = { [FUNCTION_CONFIG]: JSON.stringify(tierConfig(plan, reachOf(graph, plan), at)) };
    const dropped = await callBundle(bundles.get('thermostat')!, tierEnv, reading, stub);
    expect(dropped.response).toEqual({ batchItemFailures: [] });
    expect(dropped.lines).toContainEqual(expect.objectContaining({ tier: 'thermostat', decision: 'dropped' }));
  } finally {
    await stub.close();
    await rm(out, { recursive: true, force: true });
  }
});

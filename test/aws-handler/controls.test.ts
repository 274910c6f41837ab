import { describe, expect, test } from 'vitest';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import { FUNCTION_CONFIG, type FunctionConfig } from '../../lib/aws/function-config.ts';
import { createHandler } from '../../lib/aws/handler.ts';
import { createControlsHandler } from '../../lib/aws/handler-controls.ts';
import type { SqsHandler } from '../../lib/aws/handler-sqs.ts';
import type { ControlMessage } from '../../lib/core/control/message.ts';
import { controlSteps } from '../../lib/core/control/steps.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { threshold } from '../../lib/index.ts';
import { openCloud } from '../../lib/local/index.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { manualClock } from '../support/manual-clock.ts';
import { COMMANDS, EVENTS, type Event } from '../thermostat/golden.ts';
import { bodies, envelope, environmentOf, failed, record, watch } from './harness.ts';

const graph = buildGraph(
  'shop',
  [thermostat, setting, threshold].map((definition) => ({
    file: 'f.ts',
    version: '1',
    definition: definition as never,
  })),
);

function controlsEnvironment(extra: Partial<FunctionConfig> = {}): Record<string, string> {
  const { version, file, limits, deadLetters, tiers } = graph.controls!;
  const queues = Object.fromEntries(
    graph.queues.map(({ name }) => [name, `https://sqs/1/Stack-${name.replace('.', '-')}-X1`]),
  );
  const reads = [{ queue: 'controls', kind: 'data' as const }];
  const place = {
    application: 'shop',
    version,
    file,
    mode: 'entry' as const,
    reads,
    deadLetters,
    answers: '',
    next: null,
  };
  const config: FunctionConfig = {
    ...place,
    ...{ limits, queues, table: 'flows', bucket: 'objects', allowedBuckets: [], tiers },
    ...extra,
  };
  return { [FUNCTION_CONFIG]: JSON.stringify(config) };
}

const message = (n: number, control: ControlMessage): Envelope =>
  envelope(n, undefined, { kind: 'control', flow: `control#${control.name}`, control });

describe('the function of the controls', () => {
  const make = () =>
    watch(graph, (options) => createControlsHandler([setting, threshold], { env: controlsEnvironment(), ...options }));
  const value = { sensorID: '1', desired: 45, upDelta: 1, downDelta: 1 };

  test('applies a batch, counts what it did, and lets nothing come back that is done or refused', async () => {
    const { handler, cloud, decisions, metrics } = await make();
    const records = [
      record('controls', 1, JSON.stringify(message(1, { name: 'setting', version: 2, value }))),
      record('controls', 2, JSON.stringify(message(2, { name: 'setting', version: 1, value }))),
      record('controls', 3, JSON.stringify(message(3, { name: 'setting', version: 3, value: {} }))),
      record(
        'controls',
        4,
        JSON.stringify(message(4, { name: 'threshold', version: 1, key: 'nobody', value: { atLeast: 1 } })),
      ),
    ];
    expect(failed(await handler({ Records: records }, {}))).toEqual([]);
    expect(decisions.map(({ tier, decision }) => `${tier} ${decision}`).sort()).toEqual([
      'controls applied',
      'controls failed',
      'controls failed',
      'controls stale',
    ]);
    expect(await cloud.table.get('control#setting#1')).toMatchObject({ version: 2 });
    expect((await bodies(cloud, 'controls.dlq')).map((letter) => (letter as unknown as { code: string }).code)).toEqual(
      ['control-invalid', 'control-invalid'],
    );
    expect(metrics).toContainEqual(expect.objectContaining({ tier: 'controls', applied: 1, stale: 1, failed: 2 }));
  });

  test('without its configuration lets everything come back', async () => {
    const { handler, faults } = await watch(graph, (options) =>
      createControlsHandler([setting], { env: {}, ...options }),
    );
    const response = await handler({ Records: [record('controls', 1, '{}')] }, {});
    expect(failed(response)).toEqual(['m1']);
    expect(faults).toHaveLength(1);
  });
});

test('the golden trace through the Lambda handlers: a tier function and the function of the controls', async () => {
  const clock = manualClock();
  const cloud = await openCloud({ dir: ':memory:', clock });
  cloud.declare(graph.queues);
  const plan = graph.tiers[0]!;
  const env = environmentOf(graph, 'thermostat', { controls: plan.controls! });
  const surroundings = { cloud: () => cloud, writeLine: () => undefined };
  const handlers: Readonly<Record<'control' | 'data', SqsHandler>> = {
    control: createControlsHandler([setting, threshold], { env: controlsEnvironment(), ...surroundings }),
    data: createHandler(plan.tier, { env, controls: controlReader, steps: controlSteps, ...surroundings }),
  };
  const commands: unknown[] = [];
  for (const [i, event] of EVENTS.entries()) {
    clock.advance(60_000);
    const { kind, ...value } = event;
    const body = kind === 'control' ? message(i, setTo(event)) : envelope(i, value);
    const at = record(kind === 'control' ? 'controls' : 'thermostat', i, JSON.stringify(body));
    // Every record comes twice, as SQS may do.
    for (let times = 0; times < 2; times += 1) {
      expect(failed(await handlers[kind]({ Records: [at] }, {}))).toEqual([]);
    }
    const answers = await cloud.queue('answers').receive({ max: 10, visibilityMs: 1_000, waitMs: 0 });
    await cloud.queue('answers').delete(answers.map(({ receipt }) => receipt));
    const said = answers.map((answer) => (JSON.parse(answer.body) as Envelope).signal!.output as object);
    expect(new Set(said.map((output) => JSON.stringify(output))).size).toBe(said.length / 2);
    if (said.length > 0) commands.push({ i, ...said[0] });
  }
  expect(commands).toEqual(COMMANDS);
  await cloud.close();
});

function setTo({ kind, version, ...value }: Extract<Event, { kind: 'control' }>): ControlMessage {
  return { name: 'setting', version, value };
}

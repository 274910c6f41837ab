import { expect, test } from 'vitest';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import { FUNCTION_CONFIG } from '../../lib/aws/function-config.ts';
import { createHandler } from '../../lib/aws/handler.ts';
import { createControlsHandler } from '../../lib/aws/handler-controls.ts';
import type { SqsHandler } from '../../lib/aws/handler-sqs.ts';
import { controlSteps } from '../../lib/core/control/steps.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { openCloud } from '../../lib/local/index.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { manualClock } from '../support/manual-clock.ts';
import { EVENTS } from '../thermostat/golden.ts';
import { envelope, environmentOf, failed, record, urlOf } from './harness.ts';

const files = [{ ...thermostat, reevaluateOnControl: true }, setting];
const graph = buildGraph(
  'heat',
  files.map((definition) => ({ file: `${definition.name}.ts`, version: '1', definition: definition as never })),
);

test('the golden trace, worked again on each setting, through the Lambda handlers; every record comes twice', async () => {
  const clock = manualClock();
  const cloud = await openCloud({ dir: ':memory:', clock });
  cloud.declare(graph.queues);
  const surroundings = { cloud: () => cloud, writeLine: () => undefined };
  const { reads, deadLetters, limits, again, tiers } = graph.controls!;
  const queues = Object.fromEntries(graph.queues.map(({ name }) => [name, urlOf(name)]));
  const config = {
    application: 'heat',
    version: '1',
    file: 'x',
    mode: 'entry',
    reads,
    deadLetters,
    answers: '',
    next: null,
    limits,
    tiers,
    again,
    queues,
    table: 'flows',
    bucket: 'objects',
    allowedBuckets: [],
  };
  const plan = graph.tiers[0]!;
  const handlers: Readonly<Record<'controls' | 'thermostat', SqsHandler>> = {
    controls: createControlsHandler([setting], { env: { [FUNCTION_CONFIG]: JSON.stringify(config) }, ...surroundings }),
    thermostat: createHandler(plan.tier, {
      env: environmentOf(graph, 'thermostat', { controls: plan.controls! }),
      controls: controlReader,
      steps: controlSteps,
      ...surroundings,
    }),
  };
  const take = async (queue: string): Promise<readonly string[]> => {
    const messages = await cloud.queue(queue).receive({ max: 10, visibilityMs: 1_000, waitMs: 0 });
    await cloud.queue(queue).delete(messages.map(({ receipt }) => receipt));
    return messages.map(({ body }) => body);
  };
  const twice = async (queue: 'controls' | 'thermostat', body: string): Promise<void> => {
    const Records = [record(queue, 1, body)];
    for (let times = 0; times < 2; times += 1) expect(failed(await handlers[queue]({ Records }, {}))).toEqual([]);
  };
  const commands: string[] = [];
  for (const [i, { kind, ...event }] of EVENTS.entries()) {
    clock.advance(60_000);
    const { version = 0, ...value } = event as typeof event & { readonly version?: number };
    const control = { kind: 'control' as const, flow: 'control#setting', control: { name: 'setting', version, value } };
    await twice(
      kind === 'control' ? 'controls' : 'thermostat',
      JSON.stringify(kind === 'control' ? envelope(i, undefined, control) : envelope(i, value)),
    );
    for (const asked of await take('thermostat')) await twice('thermostat', asked);
    const answers = (await take('answers')).map((body) => JSON.parse(body) as Envelope);
    const said = new Map(answers.map(({ id, signal }) => [id, (signal!.output as { command: string }).command]));
    for (const command of said.values()) commands.push(`${i} ${command}`);
  }
  // The second setting is event 9: its command does not wait for the next reading.
  expect(commands).toEqual(['2 On', '7 Off', '9 On', '13 Off']);
  await cloud.close();
});

import * as z from 'zod';
import { buildGraph } from '../../lib/core/graph.ts';
import { connect, connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import { openCloud, startCascade } from '../../lib/local/index.ts';

/**
 * Controls beside data on the embedded cloud: how many a second of each, with ten thousand keys.
 * `node --conditions=sluice-source test/bench/controls.ts [seconds]`
 */
const SECONDS = Number(process.argv[2] ?? 5);
const KEYS = 10_000;
const READINGS = 10_000;
const CONTROLS = 1_000;

const setting = defineControl({
  name: 'setting',
  schema: z.object({ sensor: z.string(), desired: z.number() }),
  keyBy: ({ sensor }) => sensor,
  beforeControl: 'drop',
});
const room = defineTier({
  name: 'room',
  input: z.object({ sensor: z.string(), temperature: z.number() }),
  controls: { setting: control<{ default: typeof setting }>('setting') },
  output: z.object({ heat: z.boolean(), version: z.number() }),
  batch: { size: 100 },
  predict: async ({ data, controls }) => {
    const { value, version } = await controls.setting.get(data.sensor);
    return { heat: data.temperature < value.desired, version };
  },
});

const graph = buildGraph(
  'rooms',
  [room, setting].map((definition) => ({ file: '', version: '1', definition: definition as never })),
);
const application = { name: 'rooms', dir: '', graph, files: new Map() };
let reads = 0;
const cloud = await openCloud({ dir: ':memory:' });
const { get } = cloud.table;
Object.assign(cloud.table, {
  get: (key: string) => {
    if (key.startsWith('control#')) reads += 1;
    return get(key);
  },
});
let answered = 0;
const onAnswer = (): void => {
  answered += 1;
};
const cascade = await startCascade({ application, cloud, onAnswer });
const settings = connectControl<{ default: typeof setting }>('setting', { cloud });
const client = connect('room', { cloud });
const sensor = (i: number): string => `s${i % KEYS}`;

for (let from = 0; from < KEYS; from += 1_000) {
  await settings.setBatch(
    Array.from({ length: 1_000 }, (_, i) => ({ value: { sensor: sensor(from + i), desired: 20 } })),
  );
}
await cascade.settled();
reads = 0;
const started = performance.now();
for (let second = 0; second < SECONDS; second += 1) {
  for (let part = 0; part < 10; part += 1) {
    const at = (second * 10 + part) * (READINGS / 10);
    await settings.setBatch(
      Array.from({ length: CONTROLS / 10 }, (_, i) => ({ value: { sensor: sensor(at + i * 7), desired: 21 } })),
    );
    await client.sendBatch(
      Array.from({ length: READINGS / 10 }, (_, i) => ({
        data: { sensor: sensor(at + i), temperature: 19 },
        objects: {},
      })),
    );
  }
}
await cascade.settled();
const seconds = (performance.now() - started) / 1_000;
await cascade.stop();
await cloud.close();
const controls = SECONDS * CONTROLS;
console.log(
  JSON.stringify({
    keys: KEYS,
    readings: answered,
    controls,
    seconds: Number(seconds.toFixed(2)),
    readingsPerSecond: Math.round(answered / seconds),
    controlsPerSecond: Math.round(controls / seconds),
    tableReadsOfTheDataPath: reads - controls,
  }),
);

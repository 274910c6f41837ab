import * as z from 'zod';
import { control, defineControl, defineTier, drop } from '../../lib/index.ts';

/** The thermostat of the controlled-streams document: settings by sensor, commands only when the action changes. */
export const setting = defineControl({
  name: 'setting',
  schema: z.object({ sensorID: z.string(), desired: z.number(), upDelta: z.number(), downDelta: z.number() }),
  keyBy: ({ sensorID }) => sensorID,
  beforeControl: 'drop',
});

const Command = z.enum(['On', 'Off']);
type Command = z.infer<typeof Command>;

/** The same with options of the test's own. */
export const thermostat = (extra: object = {}) =>
  defineTier({
    name: 'thermostat',
    input: z.object({ sensorID: z.string(), temperature: z.number() }),
    controls: { setting: control<{ default: typeof setting }>('setting') },
    state: {
      schema: z.object({ last: Command.nullable() }),
      initial: { last: null },
      keyBy: ({ data }) => data.sensorID,
    },
    output: z.object({ sensorID: z.string(), command: Command.nullable(), version: z.number() }),
    predict: async ({ data, controls, state }) => {
      const { value, version } = await controls.setting.get(data.sensorID);
      const { desired, upDelta, downDelta } = value;
      const { last } = state.value;
      const say = (command: Command | null) => ({ sensorID: data.sensorID, command, version });
      const act = (command: Command) => {
        state.set({ last: command });
        return say(command);
      };
      if (data.temperature > desired + upDelta && last !== 'Off') return act('Off');
      if (data.temperature < desired - downDelta && last !== 'On') return act('On');
      return say(null);
    },
    gates: { destination: (output) => (output.command === null ? drop : output) },
    ...extra,
  });

/** `C45`: sets desired 45 ± 1; `S42`: a reading of 42; `2:S10`: of sensor 2. */
export type Event = `${'' | `${number}:`}${'C' | 'S'}${number}`;

export function parse(event: Event): { readonly sensorID: string; readonly kind: 'C' | 'S'; readonly value: number } {
  const [, sensorID = '1', kind, value] = /^(?:(\d+):)?([CS])(.+)$/.exec(event)!;
  return { sensorID, kind: kind as 'C' | 'S', value: Number(value) };
}

/** The golden trace of the original samples, and the command each event leads to. */
export const GOLDEN: readonly (readonly [Event, 'On' | 'Off' | null])[] = [
  ['S42', null],
  ['C45', null],
  ['S42', 'On'],
  ['S43.5', null],
  ['S44', null],
  ['S45.9', null],
  ['S46', null],
  ['S46.1', 'Off'],
  ['S47', null],
  ['C50', null],
  ['S46.5', 'On'],
  ['2:S10', null],
  ['S48', null],
  ['S51.5', 'Off'],
];

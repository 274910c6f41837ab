import type { ControlReading } from '../core/control/types.ts';
import { isSluiceError } from '../core/errors.ts';
import { isPromise } from '../core/json.ts';
import type { ControlFound } from '../core/step/effects.ts';
import type { PredictContext, TierTypes } from '../core/tier-types.ts';
import type { ControlReader } from '../runtime/controls/reader.ts';
import { owed, type Watcher } from './lazy-watch.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

type Context = PredictContext<TierTypes, unknown>;
type Readings = Readonly<Record<string, ControlReading>>;

/** The same reader; what it finds is told. */
export function watchedReader(reader: ControlReader, world: World, process: Process): ControlReader {
  return {
    ...reader,
    find(control, asked) {
      const since = world.schedule.now();
      const tell = (answer: ControlFound): ControlFound => {
        const { found } = answer;
        const what = found && { key: found.key, version: found.version };
        world.tell(process.name, { did: 'find', control, asked, since, ...what });
        return answer;
      };
      const answer = reader.find(control, asked);
      return isPromise(answer) ? answer.then(tell) : tell(answer);
    },
  };
}

/** The same context; what its task is told of controls is told, and waited for in virtual time. `names` are the controls by their aliases. */
export function withWatchedControls(
  context: Context,
  names: Readonly<Record<string, { readonly name: string }>>,
  watcher: Watcher,
): Context {
  const { world, process, tier } = watcher;
  const begun = world.schedule.now();
  const watch = (reading: ControlReading, control: string): ControlReading => {
    const tell = (asked: string, version: number | undefined): void =>
      world.tell(process.name, {
        did: 'told',
        tier,
        flow: context.flowId,
        control,
        asked,
        begun,
        ...(version !== undefined && { version }),
      });
    return {
      async get(key = '*') {
        try {
          const value = await owed(watcher, reading.get(key));
          tell(key, value.version);
          return value;
        } catch (error) {
          if (isSluiceError(error, 'control-missing')) tell(key, undefined);
          throw error;
        }
      },
    };
  };
  const controls = Object.fromEntries(
    Object.entries(context.controls as Readings).map(([alias, reading]) => [alias, watch(reading, names[alias]!.name)]),
  );
  return { ...context, controls: controls as Context['controls'] };
}

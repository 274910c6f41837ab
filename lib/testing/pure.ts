import { isPromise } from '../core/json.ts';
import type { LazyObject } from '../core/object-reference.ts';
import type { PredictContext, TierTypes } from '../core/tier-types.ts';

type Context = PredictContext<TierTypes, unknown>;

/** Predictions by their input, and which objects were read for them. */
export type Predictions = Map<string, { readonly output: unknown; readonly read: readonly string[] }>;

/**
 * Makes a task that is a pure function run once for each input: from then on it reads the same objects and answers the same,
 * so that a slow model can be taken through thousands of worlds.
 */
export function onceForEachInput(
  tier: string,
  predict: (context: Context) => unknown,
  known: Predictions,
): (context: Context) => unknown {
  return (context) => {
    const key = keyOf(tier, context);
    const before = known.get(key);
    if (!before) return runAndKeep(predict, context, (made) => known.set(key, made));
    const { output, read } = before;
    if (read.length === 0) return output;
    return readAgain(context, read).then(() => output);
  };
}

async function readAgain(context: Context, names: readonly string[]): Promise<void> {
  for (const name of names) await allObjects(context)[name]!.bytes();
}

function runAndKeep(
  predict: (context: Context) => unknown,
  context: Context,
  keep: (made: { readonly output: unknown; readonly read: readonly string[] }) => void,
): unknown {
  const read = new Set<string>();
  const note = (side: 'objects' | 'signalObjects'): Readonly<Record<string, LazyObject>> =>
    Object.fromEntries(
      Object.entries(context[side]).map(([name, object]) => [name, noting(object, () => read.add(`${side}.${name}`))]),
    );
  const output = predict({ ...context, objects: note('objects'), signalObjects: note('signalObjects') });
  if (!isPromise(output)) {
    keep({ output, read: [...read] });
    return output;
  }
  return output.then((value) => {
    keep({ output: value, read: [...read] });
    return value;
  });
}

function noting(object: LazyObject, note: () => void): LazyObject {
  const noted =
    <R>(call: () => R) =>
    (): R => {
      note();
      return call();
    };
  const { reference, bytes, text, stream, file } = object;
  return { reference, bytes: noted(bytes), text: noted(text), stream: noted(stream), file: noted(file) };
}

const allObjects = ({ objects, signalObjects }: Context): Readonly<Record<string, LazyObject>> => ({
  ...named('objects', objects),
  ...named('signalObjects', signalObjects),
});

const named = (side: string, objects: Readonly<Record<string, LazyObject>>): Record<string, LazyObject> =>
  Object.fromEntries(Object.entries(objects).map(([name, object]) => [`${side}.${name}`, object]));

/** Everything a pure task's answer can depend on. */
function keyOf(tier: string, context: Context): string {
  const hashes = Object.entries(allObjects(context)).map(([name, { reference }]) => [name, reference.sha256]);
  return JSON.stringify([tier, context.data, context.signal, hashes]);
}

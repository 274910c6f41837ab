import type { LazyObject } from '../core/object-reference.ts';
import type { PredictContext, TierTypes } from '../core/tier-types.ts';
import type { Pending } from './outside.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

type Context = PredictContext<TierTypes, unknown>;
type Lazies = Readonly<Record<string, LazyObject>>;

/** Who watches whom. */
export interface Watcher {
  readonly world: World;
  readonly process: Process;
  readonly tier: string;
  readonly pending: Pending;
}

/** The same context; what it touches is told, and while the simulation owes it an object it does not wait for the outside. */
export function watched(context: Context, watcher: Watcher): Context {
  if (isEmpty(context.objects) && isEmpty(context.signalObjects) && isEmpty(context.produce)) return context;
  const { flowId } = context;
  const produce = Object.entries(context.produce as Record<string, (bytes: Uint8Array) => Promise<void>>);
  return {
    ...context,
    objects: watchedObjects(context.objects, flowId, watcher),
    signalObjects: watchedObjects(context.signalObjects, flowId, watcher),
    produce: Object.fromEntries(produce.map(([name, put]) => [name, (bytes: Uint8Array) => owed(watcher, put(bytes))])),
  };
}

/** The same objects, watched. */
export function watchedObjects(objects: Lazies, flow: string, watcher: Watcher): Lazies {
  const { world, process, tier } = watcher;
  const watch = (object: LazyObject): LazyObject => {
    const { reference } = object;
    const bytes = (): Promise<Uint8Array> => {
      world.tell(process.name, { did: 'touch', tier, flow, key: reference.key });
      return owed(watcher, object.bytes());
    };
    return {
      reference,
      bytes,
      text: async () => new TextDecoder().decode(await bytes()),
      stream: () => {
        bytes().catch(() => undefined); // The stream says so itself.
        return object.stream();
      },
      // Once the payload is there, what remains is the machine's own file system.
      file: async () => {
        await bytes();
        return object.file();
      },
    };
  };
  return Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, watch(object)]));
}

/** Waits for a call that the simulation answers: nobody outside has to be waited for meanwhile. */
export async function owed<T>({ pending }: Watcher, call: Promise<T>): Promise<T> {
  pending.calls += 1;
  try {
    return await call;
  } finally {
    pending.calls -= 1;
  }
}

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

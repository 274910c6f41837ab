import { EVERY_KEY } from '../../core/control/keys.ts';
import { MODEL, type ModelSetting } from '../../core/control/model.ts';
import { isSluiceError, toError } from '../../core/errors.ts';
import type { Awaitable } from '../../core/json.ts';
import type { ModelEvent } from '../../core/step/effects.ts';
import type { ControlReader } from '../controls/reader.ts';
import { loadModel, type ModelOptions, type NamedModel } from './load-model.ts';

/** The model a tier serves with, and the version of the control that named it: 0 where none did. */
export interface ServingModel {
  readonly value: unknown;
  readonly version: number;
  /** Tells it from the same version of another key, and of a key that was numbered anew. */
  readonly id: string;
}

/** Where a tier's model is; a new one is loaded beside it and put in its place. */
export interface ModelSlot {
  /** The model for the next records. @throws SluiceError `load-failed` where none can be loaded at all */
  take(): Awaitable<ServingModel>;
  /** What happened to models since this was asked last. */
  events(): readonly ModelEvent[];
}

/** No flow fails for a bad model, so what an error advises for one, such as to redrive, does not help here. */
function adviceOn({ key }: NamedModel): string {
  const whose = key === EVERY_KEY ? `--key '${key}'` : `--tier ${key}`;
  return `Roll back, or send another file: npx sluice control rollback ${MODEL} ${whose}`;
}

/** What `load` makes where no control names a model. */
export const OWN = { id: '', version: 0 } as const;

/** Looks again this long after a store was away: the model itself may be fine. */
const AGAIN_MS = 5_000;

/**
 * A slot that follows the control `model`. The first model is waited for; every later one is loaded and proven beside the
 * one that serves, and serves from the next records on. One that cannot be loaded, or is not accepted, never serves.
 */
export function modelSlot(options: ModelOptions, reader: ControlReader): ModelSlot {
  const { tier, clock } = options;
  const refused = new Set<string>();
  let serving: ServingModel | undefined;
  let beginning: Promise<ServingModel> | undefined;
  let loading = false;
  let notBefore = 0;
  let happened: ModelEvent[] = [];

  /** The versions to try, the newest first: the one that is set, and those before it. */
  async function candidates(): Promise<readonly NamedModel[]> {
    const { found } = await reader.find(MODEL, tier.name);
    if (!found) return [];
    const kept = [...(found.before ?? []), found].toReversed().filter(({ value }) => value !== undefined);
    return kept.map(({ version, value }) => ({
      id: `${found.key}#${version}#${(value as unknown as ModelSetting).object.sha256}`,
      version,
      key: found.key,
      setting: value as unknown as ModelSetting,
    }));
  }

  /** Loads one; `undefined` where it is no good, which is told. */
  async function attempt(named: NamedModel | undefined): Promise<ServingModel | undefined> {
    try {
      const { id, version } = named ?? OWN;
      return { value: await loadModel(options, named), version, id };
    } catch (thrown) {
      const error = toError(thrown);
      if (isSluiceError(error) && error.retry === 'always') throw error;
      if (!named) throw error;
      refused.add(named.id);
      const problem = isSluiceError(error) ? error.problem : error.message;
      happened.push({ did: 'rejected', version: named.version, reason: `${problem}\n  → ${adviceOn(named)}` });
      return undefined;
    }
  }

  async function first(): Promise<ServingModel> {
    for (const named of await candidates()) {
      if (refused.has(named.id)) continue;
      const made = await attempt(named);
      if (made) return made;
    }
    return (await attempt(undefined))!;
  }

  async function replace(named: NamedModel | undefined): Promise<void> {
    loading = true;
    try {
      const made = await attempt(named);
      if (made) {
        happened.push({ did: 'swapped', version: made.version, reason: `after version ${serving!.version}` });
        serving = made;
      }
    } catch {
      notBefore = clock.now() + AGAIN_MS; // A store is away: the old one serves on until it is back.
    } finally {
      loading = false;
    }
  }

  return {
    async take() {
      if (!serving) {
        beginning ??= first().finally(() => {
          beginning = undefined; // Where it failed, the next batch tries again: a store may have been away.
        });
        serving ??= await beginning;
        return serving;
      }
      if (loading || clock.now() < notBefore) return serving;
      // A table that is away changes nothing: the model goes on serving.
      const named = await candidates().catch(() => undefined);
      const id = named && (named[0] ?? OWN).id;
      if (id !== undefined && id !== serving.id && !refused.has(id) && !loading) void replace(named![0]);
      return serving;
    },
    events() {
      const told = happened;
      happened = [];
      return told;
    },
  };
}

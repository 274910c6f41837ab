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
}

/** Where a tier's model is; a new one is loaded beside it and put in its place. */
export interface ModelSlot {
  /** The model for the next records. @throws SluiceError `load-failed` where none can be loaded at all */
  take(): Awaitable<ServingModel>;
  /** What happened to models since this was asked last. */
  events(): readonly ModelEvent[];
}

/** Looks again this long after a store was away: the model itself may be fine. */
const AGAIN_MS = 5_000;

/**
 * A slot that follows the control `model`. The first model is waited for; every later one is loaded and proven beside the
 * one that serves, and serves from the next records on. One that cannot be loaded, or is not accepted, never serves.
 */
export function modelSlot(options: ModelOptions, reader: ControlReader): ModelSlot {
  const { tier, clock } = options;
  const refused = new Set<number>();
  let serving: ServingModel | undefined;
  let beginning: Promise<ServingModel> | undefined;
  let loading: number | undefined;
  let notBefore = 0;
  let happened: ModelEvent[] = [];

  /** The versions to try, the newest first: the one that is set, and those before it. */
  async function candidates(): Promise<readonly NamedModel[]> {
    const { found } = await reader.find(MODEL, tier.name);
    if (!found) return [];
    const now = { version: found.version, setting: found.value as ModelSetting };
    const before = (found.before ?? [])
      .toReversed()
      .map((one) => ({ version: one.version, setting: one.value as unknown as ModelSetting }));
    return [now, ...before].filter(({ setting }) => setting !== undefined);
  }

  /** Loads one; `undefined` where it is no good, which is told. */
  async function attempt(named: NamedModel | undefined): Promise<ServingModel | undefined> {
    try {
      return { value: await loadModel(options, named), version: named?.version ?? 0 };
    } catch (thrown) {
      const error = toError(thrown);
      if (isSluiceError(error) && error.retry === 'always') throw error;
      if (!named) throw error;
      refused.add(named.version);
      happened.push({ did: 'rejected', version: named.version, reason: error.message });
      return undefined;
    }
  }

  async function first(): Promise<ServingModel> {
    for (const named of await candidates()) {
      if (refused.has(named.version)) continue;
      const made = await attempt(named);
      if (made) return made;
    }
    return (await attempt(undefined))!;
  }

  async function replace(named: NamedModel | undefined): Promise<void> {
    loading = named?.version ?? 0;
    try {
      const made = await attempt(named);
      if (made) {
        happened.push({ did: 'swapped', version: made.version, reason: `after version ${serving!.version}` });
        serving = made;
      }
    } catch {
      notBefore = clock.now() + AGAIN_MS; // A store is away: the old one serves on until it is back.
    } finally {
      loading = undefined;
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
      if (loading === undefined && clock.now() >= notBefore) {
        const [wanted] = await candidates().catch(() => []);
        const version = wanted?.version ?? 0;
        const isNew = version !== serving.version && !refused.has(version);
        if (isNew && loading === undefined) void replace(wanted);
      }
      return serving;
    },
    events() {
      const told = happened;
      happened = [];
      return told;
    },
  };
}

import type { ModelSetting } from '../../core/control/model.ts';
import { SluiceError } from '../../core/errors.ts';
import { MODELS } from '../../core/object-keys.ts';
import { LOAD_AND_SEND_MS } from '../../core/plan.ts';
import type { TierDefinition } from '../../core/tier-definition.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { lazyObjects, objectReader } from '../objects.ts';
import { taskError } from '../task-error.ts';
import { withTimeout } from '../timeout.ts';

/** What loading a tier's model takes. */
export interface ModelOptions {
  readonly tier: TierDefinition;
  readonly version: string;
  readonly objects: ObjectStore;
  readonly allowedBuckets?: readonly string[];
  readonly clock: Clock;
}

/** The model that a control names. */
export interface NamedModel {
  readonly id: string;
  readonly version: number;
  /** The key it is set for: the tier's name, or `*`. */
  readonly key: string;
  readonly setting: ModelSetting;
}

/** Loads a tier's model and lets it prove itself; without a name, as the tier does by itself. Bounded in time, as `predict` is. */
export async function loadModel(options: ModelOptions, named?: NamedModel): Promise<unknown> {
  const { tier, version, clock } = options;
  const loadMs = tier.timing.timeoutMs + LOAD_AND_SEND_MS;
  const tooLong = (what: string) => (): SluiceError =>
    new SluiceError('load-failed', `${what} took longer than ${loadMs} ms`, {
      tier: tier.name,
      fix: 'Raise timeout, or load less: a smaller model, or files that are there already.',
    });
  const file =
    named &&
    lazyObjects(objectReader(options.objects, options.allowedBuckets), { model: named.setting.object }, [MODELS]);
  try {
    const context = { version, ...(named && { model: { version: named.version, object: file!.objects.model! } }) };
    const load = async (): Promise<unknown> => tier.load?.(context);
    const model = await withTimeout(clock, load(), loadMs, tooLong('load'));
    if (!named || !tier.accept) return model;
    const probe = async (): Promise<boolean> => tier.accept!(model);
    const accepted = await withTimeout(clock, probe(), loadMs, tooLong('accept'));
    if (accepted === true) return model;
    throw new SluiceError('load-failed', `accept said ${String(accepted)}`, { tier: tier.name });
  } catch (cause) {
    throw taskError('load-failed', 'load', tier.name, undefined, cause);
  } finally {
    await file?.dispose();
  }
}

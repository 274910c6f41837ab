import { SluiceError, toError } from '../errors.ts';
import type { TierPlan } from '../plan.ts';
import { control, type Step } from '../step/effects.ts';
import { placeOf, type Story } from '../step/story.ts';
import { checkControlKey } from './keys.ts';
import { controlMissing } from './missing.ts';
import type { ControlValue } from './types.ts';

/** Values of controls by the names a tier gives them. */
export type ControlValues = Readonly<Record<string, ControlValue>>;

/**
 * Reads the controls that gates and score decide with, each under the key that its function makes of the data. It comes
 * before the first gate, so that whatever decides on this message, `predict` included, is told the same.
 */
export function* readDecidingControls(story: Story, plan: TierPlan, data: unknown): Step<void> {
  const { decideWith } = plan.tier;
  if (!decideWith) return;
  const values: Record<string, ControlValue> = {};
  for (const [alias, keyOf] of Object.entries(decideWith)) {
    const { name } = plan.tier.controls![alias]!;
    const key = checkControlKey(
      name,
      guarded(story, alias, () => keyOf({ data })),
    );
    const { found, reads } = yield* control(name, key);
    story.calls.table += reads;
    if (!found) throw controlMissing(plan.controls!.find((use) => use.name === name)!, key);
    values[alias] = found;
    story.told = { ...story.told, [`${name}#${key}`]: found };
    story.controls = { ...story.controls, [nameFor(story.controls, name, key)]: found.version };
  }
  story.values = values;
}

/**
 * The versions that a decision names: those the prediction was made with, and those that gates and score were told. They
 * differ where an input comes again, finds its prediction kept, and the control has moved meanwhile.
 */
export function versionsOf(
  story: Story,
  predicted: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const versions = { ...predicted };
  for (const [asked, { version }] of Object.entries(story.told ?? {})) {
    const name = asked.slice(0, asked.indexOf('#'));
    versions[versions[name] === undefined || versions[name] === version ? name : asked] = version;
  }
  return versions;
}

/** A control's first key stands under its name, further ones as `name#key`. */
function nameFor(versions: Readonly<Record<string, number>> | undefined, name: string, key: string): string {
  return versions && Object.hasOwn(versions, name) ? `${name}#${key}` : name;
}

function guarded(story: Story, alias: string, call: () => string): string {
  try {
    return call();
  } catch (cause) {
    throw new SluiceError('option-invalid', `decideWith.${alias} threw: ${toError(cause).message}`, {
      ...placeOf(story),
      cause,
      fix: 'Return a key for all data that the schema allows.',
    });
  }
}

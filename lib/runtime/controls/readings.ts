import { controlMissing } from '../../core/control/missing.ts';
import type { ControlReading, ControlRefs, ControlValue } from '../../core/control/types.ts';
import { SluiceError } from '../../core/errors.ts';
import type { ControlReader } from './reader.ts';

/** The controls of one prediction, and which versions it was told. */
export interface Readings {
  readonly controls: Readonly<Record<string, ControlReading>>;
  /** Versions by control; further keys of one control as `name#key`. */
  versions(): Readonly<Record<string, number>> | undefined;
}

/** What one task reads of the controls its tier names: one answer for each key, however often it asks. */
export function readingsOf(
  refs: ControlRefs | undefined,
  reader: ControlReader | undefined,
  counted: { reads?: number },
): Readings {
  if (!refs) return NONE;
  let versions: Record<string, number> | undefined;
  const told = new Map<string, Promise<ControlValue>>();

  async function find(name: string, key: string): Promise<ControlValue> {
    if (!reader) throw noReader(name);
    const { found, reads } = await reader.find(name, key);
    if (reads > 0) counted.reads = (counted.reads ?? 0) + reads;
    if (!found) throw controlMissing(reader.uses.find((use) => use.name === name)!, key);
    versions ??= {};
    versions[Object.hasOwn(versions, name) ? `${name}#${key}` : name] = found.version;
    return found;
  }
  const controls: Record<string, ControlReading> = {};
  for (const [alias, { name }] of Object.entries(refs)) {
    controls[alias] = {
      get(key = '*') {
        const asked = `${name}#${key}`;
        const before = told.get(asked);
        if (before) return before;
        const found = find(name, key);
        told.set(asked, found);
        return found;
      },
    };
  }
  return { controls, versions: () => versions };
}

const NONE: Readings = { controls: {}, versions: () => undefined };

/** Where steps run without the reader that their tier needs. */
export function noReader(name: string): SluiceError {
  return new SluiceError('option-invalid', `control "${name}" is read where no controls are given`, {
    fix: 'Give the handler and the predictor of the tier one reader of its controls.',
  });
}

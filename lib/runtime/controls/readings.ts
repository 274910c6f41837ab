import type { ControlValues } from '../../core/control/decide-with.ts';
import { controlMissing } from '../../core/control/missing.ts';
import type { ControlReading, ControlRefs, ControlValue } from '../../core/control/types.ts';
import { SluiceError } from '../../core/errors.ts';
import type { ControlReader } from './reader.ts';

/** The controls of one prediction, and which versions it was told. */
export interface Readings {
  readonly controls: Readonly<Record<string, ControlReading>>;
  /** Versions by control; further keys of one control as `name#key`. */
  versions(): Readonly<Record<string, number>> | undefined;
  /** Versions by control and the key each was set under. */
  told(): Readonly<Record<string, number>>;
}

/**
 * What one task reads of the controls its tier names: one answer for each key, however often it asks. `known`, by `name#key`,
 * has been read for it already.
 */
export function readingsOf(
  refs: ControlRefs | undefined,
  reader: ControlReader | undefined,
  counted: { reads?: number },
  known: ControlValues = {},
): Readings {
  if (!refs) return NONE;
  let versions: Record<string, number> | undefined;
  const told: Record<string, number> = {};
  const answers = new Map<string, Promise<ControlValue>>();
  for (const [asked, found] of Object.entries(known)) {
    const at = asked.indexOf('#');
    answers.set(asked, Promise.resolve(note(asked.slice(0, at), asked.slice(at + 1), found)));
  }

  function note(name: string, key: string, found: ControlValue): ControlValue {
    versions ??= {};
    versions[Object.hasOwn(versions, name) ? `${name}#${key}` : name] = found.version;
    told[`${name}#${found.key}`] = found.version;
    return found;
  }

  async function find(name: string, key: string): Promise<ControlValue> {
    if (!reader) throw noReader(name);
    const { found, reads } = await reader.find(name, key);
    if (reads > 0) counted.reads = (counted.reads ?? 0) + reads;
    if (!found) throw controlMissing(reader.uses.find((use) => use.name === name)!, key);
    return note(name, key, found);
  }
  const controls: Record<string, ControlReading> = {};
  for (const [alias, { name }] of Object.entries(refs)) {
    controls[alias] = {
      get(key = '*') {
        const asked = `${name}#${key}`;
        const before = answers.get(asked);
        if (before) return before;
        const found = find(name, key);
        answers.set(asked, found);
        return found;
      },
    };
  }
  return { controls, versions: () => versions, told: () => told };
}

const NONE: Readings = { controls: {}, versions: () => undefined, told: () => ({}) };

/** Where steps run without the reader that their tier needs. */
export function noReader(name: string): SluiceError {
  return new SluiceError('option-invalid', `control "${name}" is read where no controls are given`, {
    fix: 'Give the handler and the predictor of the tier one reader of its controls.',
  });
}

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { ControlDefinition } from '../core/control/definition.ts';
import { checkControlKey, EVERY_KEY } from '../core/control/keys.ts';
import { MODEL, type ModelSetting } from '../core/control/model.ts';
import { toError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import { MODELS } from '../core/object-keys.ts';
import { validate } from '../core/schema.ts';
import { withCloudOptions, withHelp, withWork } from './command.ts';
import {
  type ControlCliOptions,
  changedKey,
  checkTier,
  type OpenedControl,
  withControl,
  withKey,
} from './control-common.ts';
import { nextVersion, settled } from './control-send.ts';
import { notFound, wrongUsage } from './failure.ts';
import { readData } from './send-options.ts';

type SetCliOptions = ControlCliOptions & { readonly as?: string; readonly file?: string };

/** `sluice control set`: what is to count for a key from now on. */
export function addControlSet(control: Command): void {
  const command = withKey(control.command('set <control> [json]'))
    .description(
      'Send what is to count for a key from now on, and wait until it is applied. The value is an argument, or stdin (-).',
    )
    .option('--file <path>', 'for the control model: store this file, and name it')
    .option('--as <version>', 'its version (default: one more than the current one)')
    .option('--wait <time>', 'how long to wait until it is applied (default: 30s)');
  withHelp(withCloudOptions(command), [
    [`control set threshold '{"atLeast":0.8}' --tier small`, 'move a threshold'],
    ['control set model --file small-7.bin --tier small', 'let a tier load another model'],
    [`control set setting '{"sensorID":"7","desired":45}'`, "the key is what the control's keyBy says"],
    [`control set limit '{"most":9}' --key 'eu/*'`, 'for all keys below eu/'],
    [`control set limit '{"most":9}' --outputs outputs.json`, 'on the deployed cascade'],
  ]);
  withWork<SetCliOptions>(command, async (io, options, [name, json]) =>
    withControl(options, name, async (opened) => {
      const { definition, client } = opened;
      const named = definition.keyBy ? opened.key : checkTier(opened, changedKey(opened));
      const value = await givenValue(opened, options.file, json);
      const key = keyFor(definition, await checkValue(definition, value), named);
      const before = await client.history(key);
      const version = options.as === undefined ? nextVersion(opened, key, before) : toVersion(options.as);
      const sent = await client.set(value, { key, version });
      return settled(io, opened, options, { key, sent, did: 'set', before });
    }),
  );
}

/** `sluice control delete`: nothing counts for a key any more. */
export function addControlDelete(control: Command): void {
  const command = withKey(control.command('delete <control>'))
    .description(
      'Let nothing count for a key any more: a wildcard above it counts again, or the control’s beforeControl.',
    )
    .option('--wait <time>', 'how long to wait until it is applied (default: 30s)');
  withHelp(withCloudOptions(command), [['control delete limit --key eu/oslo', 'eu/* counts for it again']]);
  withWork<ControlCliOptions>(command, async (io, options, [name]) =>
    withControl(options, name, async (opened) => {
      const key = changedKey(opened);
      const before = await opened.client.history(key);
      if (before.length === 0) checkTier(opened, key);
      const sent = await opened.client.delete({ key, version: nextVersion(opened, key, before) });
      return settled(io, opened, options, { key, sent, did: 'deleted', before });
    }),
  );
}

/** What is read here, and how to write it. */
const VALUE = {
  what: 'value',
  fix: 'Give it as JSON that fits the schema of the control, in single quotes, which a shell keeps.',
};

async function givenValue(opened: OpenedControl, file: string | undefined, json: string | undefined): Promise<unknown> {
  if (file !== undefined) return storedModel(opened, file, json);
  if (json !== undefined || opened.definition.name !== MODEL) return readData(json, VALUE);
  throw wrongUsage(
    'there is no model to set',
    'Name its file: --file <path>. A reference that another command made may be given as JSON, or - for stdin.',
  );
}

/** Puts a model's file in the object store, under its hash, and refers to it. */
async function storedModel(
  { definition, cloud }: OpenedControl,
  path: string,
  json: string | undefined,
): Promise<ModelSetting> {
  if (definition.name !== MODEL) throw wrongUsage(`--file is for the control "${MODEL}"`, 'Give the value as JSON.');
  if (json !== undefined) throw wrongUsage('a value and --file are both given', 'Give one of them.');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw notFound('file', `the model cannot be read: ${toError(error).message}`, 'Name the file of the model.');
  });
  const object = await cloud.objects.put(`${MODELS}${sha256(bytes)}`, bytes);
  return { object, description: basename(path) };
}

async function checkValue({ name, schema }: ControlDefinition, value: unknown): Promise<unknown> {
  const checked = await validate(schema, value);
  if ('value' in checked) return checked.value;
  const problem = `the value does not fit the schema of control "${name}": ${checked.problem}`;
  throw wrongUsage(problem, 'Correct the value, or the schema in the file of the control.');
}

/** The key that is named, or that the value has; a value of one key under another would be read for what it is not about. */
function keyFor({ name, keyBy }: ControlDefinition, value: unknown, named: string | undefined): string {
  const own = keyBy?.(value);
  if (named === undefined) return checkControlKey(name, own);
  if (own === undefined || own === named || named.endsWith(EVERY_KEY)) return named;
  throw wrongUsage(
    `the value is for key ${JSON.stringify(own)} of control "${name}", and --key says ${JSON.stringify(named)}`,
    'Leave --key out, or correct the value. Under a wildcard, such as *, any value may be set.',
  );
}

function toVersion(text: string): number {
  const version = Number(text);
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw wrongUsage(`--as ${text} is no version`, 'Versions are whole numbers from 1.');
}

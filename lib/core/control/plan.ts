import { SluiceError } from '../errors.ts';
import { sha256 } from '../identity.ts';
import { didYouMean } from '../nearest.ts';
import type { AgainQueue, ControlPlan, ControlUse, DestinationPlan, Limits, TierPlan } from '../plan.ts';
import type { TierDefinition } from '../tier-definition.ts';
import { builtInFix } from './built-in.ts';
import type { ControlDefinition } from './definition.ts';

/** The queue all control messages come by, and the name of the function that applies them. */
export const CONTROLS = 'controls';

/** Times of that function: it only reads and writes the table. */
export const CONTROL_TIMING = {
  timeoutMs: 30_000,
  batchSize: 10,
  windowMs: 0,
  maxAttempts: 5,
  backoffMs: 1_000,
} as const;

/** One control file. */
export interface ControlFile {
  readonly file: string;
  readonly version: string;
  readonly definition: ControlDefinition;
}

/** The controls of an application, as one function applies them; nothing where it defines none. */
export function controlPlan(
  application: string,
  files: readonly ControlFile[],
  tiers: readonly TierPlan[],
  destination: DestinationPlan | undefined,
  limits: Limits,
): ControlPlan | undefined {
  if (files.length === 0) return undefined;
  checkControlNames(files);
  const again = againBy(tiers, files);
  checkTwin([...tiers.map(({ tier, file }) => ({ name: tier.name, file })), ...named(destination)]);
  return {
    application,
    name: CONTROLS,
    controls: files.map((file) => file.definition),
    version: sha256(Buffer.from(files.map((file) => file.version).join())).slice(0, 12),
    file: files.map((file) => file.file).join(', '),
    tiers: {
      threshold: tiers.filter(({ tier }) => tier.satisfied).map(({ tier }) => tier.name),
      load: tiers.filter(({ tier }) => tier.load).map(({ tier }) => tier.name),
    },
    ...(Object.keys(again).length > 0 && { again }),
    reads: [{ queue: CONTROLS, kind: 'control' }],
    deadLetters: `${CONTROLS}.dlq`,
    timing: CONTROL_TIMING,
    limits,
  };
}

/** The queues of the tiers that work data again, by control; what is about tiers is about no data. */
function againBy(tiers: readonly TierPlan[], files: readonly ControlFile[]): Record<string, readonly AgainQueue[]> {
  const again: Record<string, readonly AgainQueue[]> = {};
  for (const { name, ofTiers } of files.map(({ definition }) => definition)) {
    const asking = tiers.filter(({ tier: { reevaluateOnControl, controls = {} } }) => {
      return reevaluateOnControl && Object.values(controls).some((ref) => ref.name === name);
    });
    if (asking.length > 0 && !ofTiers)
      again[name] = asking.map(({ tier, reads }) => ({ ...reads[0]!, tier: tier.name }));
  }
  return again;
}

/** The controls that a tier's steps read. @throws SluiceError `graph-unknown-control` */
export function controlsOf(tier: TierDefinition, file: string, files: readonly ControlFile[]): readonly ControlUse[] {
  const names = new Set(Object.values(tier.controls ?? {}).map(({ name }) => name));
  const uses = [...names].map((name) => {
    const found = files.find(({ definition }) => definition.name === name);
    if (!found) throw unknownControl(name, file, files);
    return useOf(found.definition);
  });
  const has = { threshold: tier.satisfied !== undefined, load: tier.load !== undefined };
  const builtIn = files.filter(({ definition: { ofTiers, name } }) => ofTiers && has[ofTiers] && !names.has(name));
  return [...uses, ...builtIn.map(({ definition }) => useOf(definition))];
}

function useOf({ name, beforeControl, maxStalenessMs, initial, ofTiers }: ControlDefinition): ControlUse {
  const use = { name, beforeControl, maxStalenessMs, ...(initial !== undefined && { initial }) };
  // An instance that starts while a model is bad needs the one before it.
  return ofTiers === 'load' ? { ...use, withHistory: true } : use;
}

function unknownControl(name: string, file: string, files: readonly ControlFile[]): SluiceError {
  const names = files.map(({ definition }) => definition.name);
  return new SluiceError('graph-unknown-control', `${file} reads control "${name}", which is in no file`, {
    fix:
      builtInFix(name) ??
      (names.length === 0
        ? `Define it: controls/${name}.ts beside the tier's file, with defineControl as its default export.`
        : `${didYouMean(name, names)}Controls here: ${names.join(', ')}.`),
  });
}

function checkControlNames(files: readonly ControlFile[]): void {
  const seen = new Map<string, string>();
  for (const { definition, file } of files) {
    const other = seen.get(definition.name);
    if (other !== undefined) {
      throw new SluiceError(
        'graph-duplicate-name',
        `two controls are named "${definition.name}": ${other} and ${file}`,
        {
          fix: `Rename the one in ${file}.`,
        },
      );
    }
    seen.set(definition.name, file);
  }
}

interface Named {
  readonly name: string;
  readonly file: string;
}

const named = (plan: DestinationPlan | undefined): readonly Named[] =>
  plan ? [{ name: plan.destination.name, file: plan.file }] : [];

function checkTwin(others: readonly Named[]): void {
  const twin = others.find(({ name }) => name === CONTROLS);
  if (!twin) return;
  throw new SluiceError(
    'graph-duplicate-name',
    `${twin.file} is named "${CONTROLS}", as the function that applies control messages is`,
    { fix: 'Choose another name.' },
  );
}

import type { Command } from 'commander';
import { builtInFix } from '../core/control/built-in.ts';
import type { ControlDefinition } from '../core/control/definition.ts';
import { checkControlKey, EVERY_KEY } from '../core/control/keys.ts';
import type { ControlTypes } from '../core/control/types.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Graph } from '../core/plan.ts';
import type { Cloud } from '../ports/cloud.ts';
import { loadApplication } from '../runtime/application.ts';
import { type ControlClient, connectControl } from '../runtime/controls/client.ts';
import { notFound, wrongUsage } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { openToSend } from './opened.ts';
import { findPlace, hasRunner, type Place } from './place.ts';

/** What every command on controls takes. */
export type ControlCliOptions = CommonOptions & {
  readonly key?: string;
  readonly tier?: string;
  readonly wait?: string;
};

/** One control of an application, opened for one command. */
export interface OpenedControl {
  readonly place: Place;
  readonly graph: Graph;
  readonly definition: ControlDefinition;
  readonly cloud: Cloud;
  readonly client: ControlClient<ControlTypes>;
  /** The key the options name. */
  readonly key: string | undefined;
  /** False where nothing applies messages now; `undefined` where a deployed function does. */
  readonly running: boolean | undefined;
}

/** Adds the options that choose a key. */
export function withKey(command: Command): Command {
  return command
    .option('--key <key>', 'which key; eu/* means all keys below eu/, and * all keys (default: *)')
    .option('--tier <name>', 'the same, for controls whose keys are tiers');
}

/** Opens a control of the application that the options mean, works with it, and closes it. */
export async function withControl<T>(
  options: ControlCliOptions,
  name: string | undefined,
  work: (opened: OpenedControl) => Promise<T>,
): Promise<T> {
  const { key: ownKey, tier, ...placeOptions } = options;
  if (ownKey !== undefined && tier !== undefined)
    throw wrongUsage('--key and --tier both name a key', 'Give one of them.');
  const place = await findPlace(placeOptions);
  const { graph } = await loadApplication(place.folder);
  const definition = definitionOf(graph, name);
  const named = ownKey ?? tier;
  const key = named === undefined ? undefined : checkControlKey(definition.name, named);
  const opened = await openToSend(place, graph);
  try {
    const client = connectControl(definition.name, { cloud: opened.cloud });
    const running = place.outputs === undefined ? hasRunner(place) : undefined;
    return await work({ place, graph, definition, cloud: opened.cloud, client, key, running });
  } finally {
    await opened.close();
  }
}

/** A control of the application by its name. */
export function definitionOf({ application, controls }: Graph, name: string | undefined): ControlDefinition {
  const all = controls?.controls ?? [];
  const found = all.find((control) => control.name === name);
  if (found) return found;
  const names = all.map((control) => control.name);
  throw notFound(
    'control',
    `application "${application}" has no control "${name ?? ''}"`,
    builtInFix(name ?? '') ??
      (names.length === 0
        ? 'Define one: a file in its folder controls that exports what defineControl returns.'
        : `${didYouMean(name ?? '', names)}Controls: ${names.join(', ')}.`),
  );
}

/** The key a change is for: what is about tiers is changed for all of them only where that is asked for. */
export function changedKey({ definition, graph, key }: OpenedControl): string {
  const tiers = definition.ofTiers && graph.controls?.tiers[definition.ofTiers];
  if (key !== undefined || !tiers) return key ?? EVERY_KEY;
  throw wrongUsage(
    `control "${definition.name}" is about tiers, and --tier names none`,
    `Add ${tiers.map((name) => `--tier ${name}`).join(' or ')}${tiers.length > 0 ? '; or ' : ''}--key '*' for all of them.`,
  );
}

/** The key, where it can be one: of what is about tiers, a tier that has it, or a wildcard. */
export function checkTier({ definition: { ofTiers }, graph: { controls } }: OpenedControl, key: string): string {
  const names = ofTiers && controls?.tiers[ofTiers];
  if (!names || key.endsWith(EVERY_KEY) || names.includes(key)) return key;
  const fix = names.length === 0 ? 'No tier has one.' : `${didYouMean(key, names)}Tiers with one: ${names.join(', ')}.`;
  throw notFound('tier', `there is no tier "${key}" with a ${ofTiers}`, fix);
}

/** How a key is shown to people. */
export const keyText = (key: string): string => (key === EVERY_KEY ? 'all keys' : key);

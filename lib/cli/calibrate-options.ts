import { readFile } from 'node:fs/promises';
import { collectLabels, type Label } from '../calibrate/labels.ts';
import { toError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Graph, TierPlan } from '../core/plan.ts';
import { loadApplication } from '../runtime/application.ts';
import { notFound, wrongUsage } from './failure.ts';
import type { CommonOptions } from './io.ts';
import { findPlace } from './place.ts';

/** What calibrate and watch take to read a log. */
export interface LogOptions extends CommonOptions {
  readonly tiers?: string;
  readonly labels?: string;
  readonly answer?: string;
  readonly logits?: string;
  readonly audit: Readonly<Record<string, number>>;
}

/** A cascade as the log is read: its tiers, first to last, and their memory in MiB where it is known. */
export interface CascadeTiers {
  /** Left out where its tiers were named. */
  readonly application?: string;
  readonly names: readonly string[];
  readonly memory: readonly number[];
}

/** MiB, where a tier names none. */
export const DEFAULT_MEMORY = 1_024;

/** The tiers that the options mean: named ones, or those of the application. */
export async function cascadeTiers(options: LogOptions): Promise<CascadeTiers> {
  if (options.tiers !== undefined) {
    const names = options.tiers.split(',').map((name) => name.trim());
    if (names.length < 2) throw wrongUsage(`--tiers is ${options.tiers}`, 'Name two or more, from first to last.');
    return { names, memory: names.map(() => DEFAULT_MEMORY) };
  }
  const { name, folder } = await findPlace(options);
  const { graph } = await loadApplication(folder);
  const tiers = chainIn(graph);
  if (tiers.length >= 2) {
    return {
      application: name,
      names: tiers.map(({ tier }) => tier.name),
      memory: tiers.map(({ tier }) => tier.memory ?? DEFAULT_MEMORY),
    };
  }
  throw wrongUsage(
    `application "${name}" has no cascade of two or more tiers, or several`,
    'Name its tiers: --tiers first,last',
  );
}

/** The only cascade of an application; empty where there are several. */
function chainIn({ tiers }: Graph): readonly TierPlan[] {
  const followed = new Set(tiers.flatMap(({ next }) => next?.name ?? []));
  const first = tiers.filter(({ tier, next }) => !followed.has(tier.name) && next !== undefined);
  if (first.length !== 1) return [];
  const chain = [first[0]!];
  for (let next = chain[0]!.next; next; next = chain.at(-1)!.next) {
    chain.push(tiers.find(({ tier }) => tier.name === next!.name)!);
  }
  return chain;
}

/** Reads `tier=number` options that may be given again. */
export function tierNumber(
  option: string,
): (text: string, others: Readonly<Record<string, number>>) => Readonly<Record<string, number>> {
  return (text, others) => {
    const [, tier, number] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (tier !== undefined && Number.isFinite(Number(number))) return { ...others, [tier]: Number(number) };
    throw wrongUsage(`${option} is ${text}`, `Give a tier and a number: ${option} small=0.01`);
  };
}

/** Numbers by tier in the order of the tiers; a name that is none of them must not be lost. */
export function byTier(
  given: Readonly<Record<string, number>>,
  tiers: readonly string[],
  option: string,
): readonly (number | undefined)[] {
  const stray = Object.keys(given).find((name) => !tiers.includes(name));
  if (stray !== undefined) throw notFound('tier', `${option} names tier "${stray}"`, `Tiers: ${tiers.join(', ')}.`);
  return tiers.map((name) => given[name]);
}

/** Reads a file of labels: NDJSON lines with `flowId` and `label`. */
export async function readLabels(file: string): Promise<ReadonlyMap<string, Json>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw notFound(
      'file',
      `the labels cannot be read: ${toError(error).message}`,
      'Name a file of lines {"flowId":"…","label":…}.',
    );
  });
  return collectLabels(labelLines(text, file));
}

function* labelLines(text: string, file: string): Generator<Label> {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const label = parsed(line);
    if (typeof label?.flowId !== 'string' || label.label === undefined || label.label === null) {
      throw wrongUsage(`line ${index + 1} of ${file} is no label`, 'Each line is {"flowId":"…","label":…}.');
    }
    yield label as Label;
  }
}

function parsed(line: string): Partial<Label> | undefined {
  try {
    return JSON.parse(line) as Partial<Label>;
  } catch {
    return undefined;
  }
}
